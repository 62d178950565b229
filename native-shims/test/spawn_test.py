#!/usr/bin/env python3
"""jpod_spawn of libjpod.so, called as runtime-core calls it: from threads of a process that has many. Usage: spawn_test.py BIN"""

import ctypes
import os
import resource
import struct
import sys
import threading
import unittest

from program import Program

BIN = os.path.abspath(sys.argv.pop(1))
LIBRARY = ctypes.CDLL(BIN + "/libjpod.so")
NEWPID, NEWNET, CLONE_PARENT = 0x20000000, 0x40000000, 0x8000


class Spawn(unittest.TestCase):
    def setUp(self):
        self.init = os.open(BIN + "/jpod-init", os.O_RDONLY | os.O_CLOEXEC)
        self.null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self.addCleanup(os.close, self.init)
        self.addCleanup(os.close, self.null)

    def spawn(self, program, *, out=None, clone_flags=0, init=None, pidns=-1, preserve=0, count=1, nofile=(0, 0)):
        code = program.memfd()
        fds = (ctypes.c_int32 * 1)(code)
        s = ctypes.create_string_buffer(struct.pack(
            "<QiiiiiiIIQiIQQ", clone_flags, self.init if init is None else init, self.null, out or self.null, 2, -1, pidns, preserve, count,
            ctypes.addressof(fds), 0, 0, *nofile), 72)
        pid = LIBRARY.jpod_spawn(s)
        os.close(code)
        return pid, struct.unpack_from("<i", s.raw, 48)[0]

    def output(self, program, **how):
        read, write = os.pipe()
        pid, pidfd = self.spawn(program, out=write, **how)
        os.close(write)
        self.assertGreater(pid, 0)
        with os.fdopen(read) as file:
            text = file.read()
        self.assertEqual(os.waitid(os.P_PIDFD, pidfd, os.WEXITED).si_status, 0)
        self.assertFalse(os.get_inheritable(pidfd))
        os.close(pidfd)
        return text

    def test_pid_namespace(self):
        self.assertEqual(self.output(Program().execve("/bin/sh", "-c", "echo $$"), clone_flags=NEWPID | NEWNET), "1\n")

    def test_open_files_limit_of_the_caller_is_restored(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        program = Program().execve("/bin/sh", "-c", "ulimit -Sn; ulimit -Hn")
        self.assertEqual(self.output(program, nofile=(77, hard)), f"77\n{hard}\n")
        self.assertEqual(resource.getrlimit(resource.RLIMIT_NOFILE), before)

    def test_signals(self):
        program = Program().execve("/bin/sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status")
        # Python ignores SIGPIPE and SIGXFSZ.
        self.assertEqual(self.output(program).split()[1::2], ["0" * 16, "0" * 16])

    def test_errors_leave_no_child_and_no_descriptor(self):
        open_before = os.listdir("/proc/self/fd")
        for how, error in (
            (dict(init=self.null), -13),
            (dict(init=-1), -9),
            (dict(clone_flags=CLONE_PARENT), -22),
            (dict(pidns=self.null), -22),
            (dict(count=251), -22),
            (dict(preserve=1 << 21), -22),
            (dict(preserve=1 << 20), -22),  # beyond RLIMIT_NOFILE
            (dict(nofile=(2, 1)), -22),
        ):
            self.assertEqual(self.spawn(Program(), **how), (error, -1), how)
        self.assertRaises(ChildProcessError, os.waitpid, -1, 0)
        self.assertEqual(os.listdir("/proc/self/fd"), open_before)

    def test_from_many_threads_at_once(self):
        failures = []

        def work():
            for _ in range(100):
                pid, pidfd = self.spawn(Program().op("exit_group", 3))
                if pid <= 0 or os.waitid(os.P_PIDFD, pidfd, os.WEXITED).si_status != 3:
                    failures.append(pid)
                os.close(pidfd)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_a_threads_pid_namespace_is_put_back(self):
        first, pidfd = self.spawn(Program().execve("/bin/sleep", "1000"), clone_flags=NEWPID)
        pidns = os.open(f"/proc/{first}/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        before = os.readlink("/proc/thread-self/ns/pid_for_children")
        self.assertEqual(self.output(Program().execve("/bin/sh", "-c", "echo $$"), pidns=pidns), "2\n")
        self.assertEqual(os.readlink("/proc/thread-self/ns/pid_for_children"), before)
        os.kill(first, 9)
        os.waitpid(first, 0)
        self.assertEqual(self.spawn(Program(), pidns=pidns), (-12, -1))
        self.assertEqual(os.readlink("/proc/thread-self/ns/pid_for_children"), before)
        os.close(pidns)
        os.close(pidfd)


if __name__ == "__main__":
    unittest.main()
