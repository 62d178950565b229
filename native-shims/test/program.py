"""Writes programs for jpod-init (src/program.h) and reads its reports."""

import os
import platform
import struct

NR = {
    "x86_64": dict(write=1, close=3, dup=32, fcntl=72, exit_group=231, openat=257, getpid=39, pause=34, nanosleep=35,
                   readlinkat=267, execve=59, read=0, clone=56, ppoll=271, getdents64=217, sendto=44, setsid=112, ioctl=16,
                   kill=62, prctl=157, seccomp=317, exit=60, execveat=322, getppid=110, rt_sigprocmask=14),
    "aarch64": dict(write=64, close=57, dup=23, fcntl=25, exit_group=94, openat=56, getpid=172, nanosleep=101,
                    readlinkat=78, execve=221, read=63, clone=220, ppoll=73, getdents64=61, sendto=206, setsid=157, ioctl=29,
                    kill=129, prctl=167, seccomp=277, exit=93, execveat=281, getppid=173, rt_sigprocmask=135),
}[platform.machine()]

MAGIC = 0x444F504A
MATCH_SUCCESS, MATCH_ANY_ERROR, MATCH_ZERO = 0, -1, -2
FAIL = 0xFFFF
MILESTONE, FAILED, INVALID = 1, 2, 3


class Blob:
    def __init__(self, at):
        self.at = at


class Reg:
    def __init__(self, number):
        self.number = number


class Program:
    def __init__(self, registers=(), status_fd=0, record_fd=0xFFFFFFFF, timed_ops=0):
        self.registers, self.status_fd = list(registers), status_fd
        self.record_fd, self.timed_ops = record_fd, timed_ops
        self.blob, self.ops, self.relocs = bytearray(), [], []
        self.version, self.magic = 1, MAGIC

    def data(self, content):
        """Appends to the blob, 8-aligned; a string gets its NUL."""
        self.blob += bytes(-len(self.blob) % 8)
        at = len(self.blob)
        self.blob += content.encode() + b"\0" if isinstance(content, str) else content
        return Blob(at)

    def pointers(self, targets):
        """A NULL-terminated array of pointers into the blob."""
        at = self.data(bytes(8 * (len(targets) + 1))).at
        self.relocs += [(at + 8 * i, t.at) for i, t in enumerate(targets)]
        return Blob(at)

    def op(self, nr, *args, cases=(), reg=None, blob32=None, step=0):
        kinds, values = [], []
        for a in list(args) + [0] * (6 - len(args)):
            kinds.append(1 if isinstance(a, Blob) else 2 if isinstance(a, Reg) else 0)
            values.append(a.at if isinstance(a, Blob) else a.number if isinstance(a, Reg) else a & (2**64 - 1))
        kind, result = (1, reg) if reg is not None else (2, blob32.at) if blob32 is not None else (0, 0)
        packed = list(cases) + [(0, 0)] * (4 - len(cases))
        self.ops.append(struct.pack("<IHBBI6B6x6Q", NR.get(nr, nr), step, kind, len(cases), result, *kinds, *values)
                        + b"".join(struct.pack("<hH", m, a) for m, a in packed))
        return self

    def write(self, fd, text):
        content = text.encode() if isinstance(text, str) else text
        return self.op("write", fd, self.data(content), len(content))

    def execve(self, *argv):
        strings = [self.data(a) for a in argv]
        return self.op("execve", strings[0], self.pointers(strings), self.pointers([]))

    def seccomp(self, default, **actions):
        """no_new_privs, and a filter that does `default` but for the calls that are named. Of x86 its 64 bits only."""
        code = [(0x20, 0, 0, 0)]
        for name, action in actions.items():
            code += [(0x15, 0, 1, NR[name]), (0x06, 0, 0, action)]
        code.append((0x06, 0, 0, default))
        at = self.data(b"".join(struct.pack("<HBBI", *instruction) for instruction in code))
        fprog = self.data(struct.pack("<Q8x", len(code)))
        self.relocs.append((fprog.at + 8, at.at))
        return self.op("prctl", 38, 1).op("seccomp", 1, 0, fprog)

    def image(self):
        body = struct.pack("<IHHIIIIII", self.magic, self.version, len(self.registers), len(self.ops), len(self.relocs),
                           len(self.blob), self.status_fd, self.record_fd, self.timed_ops)
        body += b"".join(struct.pack("<q", r) for r in self.registers)
        body += b"".join(self.ops)
        body += b"".join(struct.pack("<II", *r) for r in self.relocs)
        return body + bytes(-len(body) % 8) + bytes(self.blob)

    def memfd(self):
        return memfd(self.image())


def memfd(content, name="program"):
    fd = os.memfd_create(name)
    os.write(fd, content)
    return fd


def status(packet):
    return struct.unpack("<IIi", packet)
