package io.jpod.exec;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.plan.CredentialStep;
import io.jpod.plan.HostStep;
import io.jpod.plan.NamespaceStep;
import io.jpod.plan.ProcessStep;
import io.jpod.plan.RootfsStep;
import io.jpod.plan.Step;
import org.jspecify.annotations.Nullable;

/** What an errno means for a step, where the kernel's words alone mislead. */
final class Hints {
    private Hints() {}

    static String of(Step step, Sys sys, int errno) {
        String hint = text(step, sys, Errno.of(errno));
        return hint.isEmpty() ? "" : "; " + hint;
    }

    static String ofExec(int errno) {
        Errno known = Errno.of(errno);
        String hint = known == null ? "" : exec(known);
        return hint.isEmpty() ? "" : "; " + hint;
    }

    private static String text(Step step, Sys sys, @Nullable Errno errno) {
        if (errno == null) {
            return "";
        }
        return switch (step) {
            case RootfsStep.MountFilesystem mount
            when errno == Errno.ENODEV -> "this kernel has no file system type " + mount.type();
            case RootfsStep.MountFilesystem mount
            when errno == Errno.EPERM && mount.type().equals("proc") ->
                "in a user namespace proc can be mounted only where the outer /proc is fully visible";
            case RootfsStep.MountFilesystem _
            when errno == Errno.EINVAL && sys == Sys.FSCONFIG -> "the file system does not know this option";
            case RootfsStep.MountFilesystem _, RootfsStep.MountBind _
            when errno == Errno.ELOOP -> "the image has a symbolic link where a directory must be";
            case RootfsStep.MountBind bind
            when errno == Errno.EINVAL && sys == Sys.MOVE_MOUNT ->
                bind.file() ? "the source is a file, the destination a directory" : "the destination is a file";
            case RootfsStep.MountFilesystem _, RootfsStep.MountBind _
            when errno == Errno.EROFS -> "the mount point does not exist, and the file system is read-only";
            case HostStep.MapIdsOfRootfs _
            when errno == Errno.EINVAL ->
                "this file system cannot have its owners mapped (ext4, xfs, btrfs can, and tmpfs from Linux 6.3): make the pod with"
                        + " --userns auto:unmapped, or put the root file system elsewhere";
            case RootfsStep.AttachRootfs _
            when errno == Errno.EACCES ->
                "a directory above it is closed to the caller, whose privileges do not count in the user namespace";
            case RootfsStep.MakeDevice _ when errno == Errno.EEXIST -> "the root file system has something else there";
            case ProcessStep.MakeDirectory _, ProcessStep.ChangeDirectory _
            when errno == Errno.ELOOP -> "it is, or leads through, a link of /proc or a loop";
            case CredentialStep.SetRlimit _ when errno == Errno.EPERM -> "raising a hard limit takes CAP_SYS_RESOURCE";
            case CredentialStep.SetUser _ when errno == Errno.EINVAL -> "the id has no mapping in the user namespace";
            case RootfsStep.OpenConsole _ when errno == Errno.ENOENT -> "a terminal needs a devpts mount on /dev/pts";
            case NamespaceStep.UnshareNamespaces _, NamespaceStep.JoinNamespace _
            when errno == Errno.EPERM -> "this takes root";
            case NamespaceStep.UnshareNamespaces _ when errno == Errno.ENOSPC -> "a limit in /proc/sys/user is reached";
            default -> "";
        };
    }

    /** Of execve(2) of a file that was found before. */
    private static String exec(Errno errno) {
        return switch (errno) {
            case ENOENT ->
                "if the file is there, the interpreter is not that its first line (#!) or its ELF header names; a line that ends in"
                        + " CRLF, as on Windows, names one that ends in a carriage return";
            case ENOEXEC -> "it is no program for this machine, and its first line names no interpreter (#!/bin/sh)";
            case EACCES -> "it is no regular file, may not be executed, or lies on a mount with noexec";
            case E2BIG -> "one string may have 128 KiB, and all arguments and variables a quarter of the stack's limit";
            default -> "";
        };
    }
}
