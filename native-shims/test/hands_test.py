#!/usr/bin/env python3
"""The hands (jpod) against a brain made of a few lines: what they say, what their children get, and how they end.

Usage: hands_test.py BIN [unittest arguments]    BIN holds jpod, and jpod-init unless the directory above does.
"""

import ctypes
import errno
import fcntl
import itertools
import os
import pty
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

from program import FAIL, MATCH_ZERO, Blob, Program, Reg, memfd, status

BIN = os.path.abspath(sys.argv.pop(1))
# Built without a libc, it has no sanitized twin.
INIT = next(p for p in (BIN + "/jpod-init", BIN + "/../jpod-init") if os.path.exists(p))
with open(BIN + "/jpod", "rb") as file:
    SANITIZED = b"__asan_init" in file.read()
HELLO, SPAWNED, EXITED = 1, 2, 3
ELSEWHERE, SPAWN, RELAY, FORWARD, DETACH, WATCH, WILL, EXIT, ACCEPTED, LEAVE, ADOPT = range(16, 27)
SPAWN_CGROUP, SPAWN_PIDNS = 1, 2
NEWPID = 0x20000000
UNIFIED = "/sys/fs/cgroup/unified" if os.path.exists("/sys/fs/cgroup/unified/cgroup.procs") else "/sys/fs/cgroup"
# What only recognises a hang, in seconds: on no machine does anything that works take so long.
PATIENCE = 600


class Brain:
    """One connection, seen from the brain's end."""

    def __init__(self, connection):
        self.connection = connection
        connection.settimeout(PATIENCE)
        self.init = os.open(INIT, os.O_RDONLY | os.O_CLOEXEC)
        self.null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self.hello = self.receive()
        kind, self.version, self.argc, self.envc, self.inherited = struct.unpack("<IIIII", self.hello[0])
        assert kind == HELLO
        text = os.pread(self.hello[1][0], 1 << 20, 0).decode().split("\0")
        self.argv, self.env, self.cwd = text[:self.argc], text[self.argc:-2], text[-2]
        self.stdio = self.hello[1][1:4]

    def receive(self):
        packet, fds, _, _ = socket.recv_fds(self.connection, 256, 253)
        return packet, fds

    def send(self, *words, fds=()):
        socket.send_fds(self.connection, [struct.pack(f"<{len(words)}i", *words)], fds)

    def watch(self, pid, exit_file, *log, max_size=0, max_files=0):
        packet = struct.pack("<IiQII", WATCH, pid, max_size, max_files, 0)
        socket.send_fds(self.connection, [packet], [exit_file, *log])

    def post(self, program, stdio=None, clone_flags=0, flags=0, preserve=0, before=(), after=(), init=None):
        code = program if isinstance(program, int) else program.memfd()
        fds = [init or self.init, *(stdio or self.stdio), *before, code, *after]
        socket.send_fds(self.connection, [struct.pack("<IIQII", SPAWN, flags, clone_flags, preserve, 0)], fds)

    def spawn(self, program, **how):
        """The child's pid, or -errno."""
        self.post(program, **how)
        packet, fds = self.receive()
        kind, result = struct.unpack("<Ii", packet)
        assert kind == SPAWNED and len(fds) == (result > 0)
        for fd in fds:
            os.close(fd)
        return result

    def sync(self):
        """All that was sent before has been obeyed."""
        assert self.spawn(self.null, flags=1 << 30) == -22

    def adopt(self, pid):
        """The same for a child that a program has made."""
        self.send(ADOPT, pid)
        packet, fds = self.receive()
        kind, result = struct.unpack("<Ii", packet)
        assert kind == SPAWNED and len(fds) == (result > 0)
        for fd in fds:
            os.close(fd)
        return result

    def ended(self):
        packet, _ = self.receive()
        kind, pid, how = struct.unpack("<Iii", packet)
        assert kind == EXITED
        return pid, os.waitstatus_to_exitcode(how)

    def is_hung_up(self):
        try:
            return self.receive()[0] == b""
        except ConnectionResetError:
            return True

    def drop_stdio(self):
        while self.hello[1]:
            os.close(self.hello[1].pop())

    def close(self):
        self.connection.close()
        self.drop_stdio()
        os.close(self.init)
        os.close(self.null)


def shell(script, *, fd=None):
    """A program that ends as `sh -c SCRIPT`; the program's own descriptor is closed by jpod-init."""
    return Program(status_fd=0).execve("/bin/sh", "-c", script)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("timeout")
        time.sleep(0.005)


class HandsCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="jpod-test-")
        self.addCleanup(shutil.rmtree, self.dir)
        self.socket = self.dir + "/brain.sock"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.socket)
        self.listener.listen(8)
        self.listener.settimeout(PATIENCE)
        self.env = dict(os.environ, JPOD_SOCKET=self.socket)
        self.brains = []

    def start(self, *args, **how):
        how = dict(dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env), **how)
        how["executable"] = how.get("executable", BIN + "/jpod")
        hands = subprocess.Popen(["jpod", *args], **how)
        self.addCleanup(self.end, hands)
        return hands

    def end(self, hands):
        if hands.poll() is None:
            hands.kill()
        for stream in (hands.stdin, hands.stdout, hands.stderr):
            if stream:
                stream.close()
        hands.wait()

    def accept(self):
        brain = Brain(self.listener.accept()[0])
        self.brains.append(brain)
        self.addCleanup(brain.close)
        return brain

    def begin(self, *args, **how):
        hands = self.start(*args, **how)
        return hands, self.accept()

    def read_all(self, hands):
        # A brain holds the caller's standard output too.
        for brain in self.brains:
            brain.drop_stdio()
        return hands.communicate(timeout=PATIENCE)

    def assertEnds(self, hands, code, out=None, err=""):
        got_out, got_err = self.read_all(hands)
        self.assertEqual((got_err or b"").decode(), err)
        self.assertEqual(hands.returncode, code)
        if out is not None:
            self.assertEqual(got_out.decode(), out)

    def install(self, brain_source):
        """A tree with bin/jpod and, as its one-shot brain, a script."""
        os.makedirs(self.dir + "/tree/bin")
        os.makedirs(self.dir + "/tree/lib/jpod")
        shutil.copy(BIN + "/jpod", self.dir + "/tree/bin/jpod")
        with open(self.dir + "/tree/lib/jpod/brain.py", "w") as script:
            script.write(brain_source)
        self.write_argv(f"{sys.executable}\n-I\n@LIB@/brain.py\n")
        self.env["JPOD_ONESHOT"] = "1"
        return self.dir + "/tree/bin/jpod"

    def write_argv(self, text):
        with open(self.dir + "/tree/lib/jpod/brain.argv", "w") as file:
            file.write(text)


class Conversation(HandsCase):
    def test_hello_says_who_calls(self):
        hands, brain = self.begin("run", "a b", "", cwd=self.dir)
        self.assertEqual((brain.version, brain.argv, brain.inherited), (2, ["jpod", "run", "a b", ""], 0))
        self.assertEqual(sorted(brain.env), sorted(f"{k}={v}" for k, v in self.env.items()))
        self.assertEqual(brain.cwd, self.dir)
        text, _, out, _, cwd = brain.hello[1]
        self.assertEqual(os.readlink(f"/proc/self/fd/{cwd}"), self.dir)
        self.assertRaises(OSError, os.pwrite, text, b"x", 0)
        os.write(out, b"spoken by the brain\n")
        brain.send(EXIT, 7)
        self.assertEnds(hands, 7, out="spoken by the brain\n")

    def test_counts_the_descriptors_that_the_caller_left_open(self):
        null = os.open("/dev/null", os.O_RDWR)
        self.addCleanup(os.close, null)
        script = f"exec 3<&{null} 4<&{null} 5<&{null} 9<&{null}; exec {BIN}/jpod"
        hands, brain = self.begin("-c", script, executable="/bin/bash", pass_fds=[null])
        self.assertEqual(brain.inherited, 3)
        brain.spawn(shell("cd /proc/self/fd; echo *"), preserve=2)
        brain.ended()
        self.assertEqual(brain.spawn(shell("exit"), preserve=4), -9)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0, out="0 1 2 3 4 5\n")

    def test_the_last_word_is_obeyed_though_the_brain_has_not_listened(self):
        hands, brain = self.begin()
        brain.post(shell("exit 1"))
        self.assertTrue(select.select([brain.connection], [], [], PATIENCE)[0])
        hands.send_signal(signal.SIGSTOP)
        wait_until(lambda: state(hands.pid) == "T")
        brain.send(EXIT, 9)
        brain.connection.close()
        hands.send_signal(signal.SIGCONT)
        self.assertEnds(hands, 9)

    def test_closed_standard_descriptors_become_dev_null(self):
        hands, brain = self.begin("-c", f"exec 0<&- 1>&-; exec {BIN}/jpod", executable="/bin/bash")
        self.assertEqual([os.readlink(f"/proc/self/fd/{fd}") for fd in brain.stdio[:2]], ["/dev/null"] * 2)
        self.assertEqual(brain.inherited, 0)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)

    def test_breaking_the_protocol_ends_the_hands(self):
        for words in ([99], [SPAWN, 0], [EXIT], [ADOPT], [FORWARD, 1], [FORWARD, -1], [WATCH, 1], [WILL, 1], [RELAY, 0], [ELSEWHERE, 0], []):
            hands, brain = self.begin()
            if words:
                brain.send(*words)
                err = f"jpod: the brain broke the protocol (message {words[0]})\njpod: the brain ended unexpectedly\n"
            else:
                brain.send(ADOPT + 1)
                err = f"jpod: the brain broke the protocol (message 27)\njpod: the brain ended unexpectedly\n"
            self.assertEnds(hands, 1, err=err)

    def test_random_messages_end_in_an_error_and_nothing_else(self):
        source = random.Random(4)
        for _ in range(150):
            hands, brain = self.begin()
            for _ in range(source.randrange(1, 6)):
                kind = source.choice([*range(15, 23), source.getrandbits(32)])
                words = [kind, *(source.choice([0, 1, 2, 3, 250, 2**31 - 1, 2**32 - 1, source.getrandbits(32)]) for _ in range(6))]
                fds = [source.choice([brain.null, brain.init, brain.stdio[1]]) for _ in range(source.randrange(8))]
                packet = struct.pack("<7I", *words)[:source.choice([4, 8, 8, 8, 24, 24, 28, source.randrange(28)])]
                try:
                    socket.send_fds(brain.connection, [packet or b"x"], fds)
                except (BrokenPipeError, ConnectionResetError):
                    break
            brain.connection.close()
            _, err = self.read_all(hands)
            self.assertEqual((hands.returncode, err.decode().splitlines()[-1]), (1, "jpod: the brain ended unexpectedly"))

    def test_a_directory_that_others_can_write_to_is_not_trusted(self):
        os.chmod(self.dir, 0o777)
        hands = self.start()
        self.assertEnds(hands, 1, err=f"jpod: {self.dir}: must be a directory of uid 0 that nobody else can write to\n")


    def test_a_brain_that_wants_hands_of_its_own_is_at_their_stdin(self):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(ours.close)
        hands = self.start("x", stdin=theirs, env=dict(self.env, JPOD_HANDS="0"))
        theirs.close()
        brain = Brain(ours)
        self.brains.append(brain)
        self.assertEqual(os.readlink(f"/proc/self/fd/{brain.stdio[0]}"), "/dev/null")
        self.assertNotIn("JPOD_HANDS=0", brain.env)
        brain.send(EXIT, 3)
        self.assertEnds(hands, 3)

    def test_and_no_other_one_is_asked_for_it(self):
        for stdin in (subprocess.DEVNULL, subprocess.PIPE):
            hands = self.start("x", stdin=stdin, env=dict(self.env, JPOD_HANDS="0"))
            if hands.stdin:
                hands.stdin.close()
                hands.stdin = None
            self.assertEnds(hands, 1, err="jpod: the brain ended unexpectedly\n")


class Children(HandsCase):
    def test_child_gets_its_descriptors_and_no_other(self):
        read, write = os.pipe()
        other, leak = os.pipe()
        hands, brain = self.begin()
        script = "cd /proc/self/fd; for f in *; do echo $f $(readlink $f); done; tr '\\0' ' ' </proc/$PPID/cmdline; env"
        pid = brain.spawn(shell(script), stdio=[brain.null, write, write], after=[other])
        os.close(write)
        self.assertGreater(pid, 0)
        self.assertEqual(brain.ended(), (pid, 0))
        lines = os.read(read, 4096).decode().splitlines()
        names = [line.split()[0] for line in lines if line[0].isdigit()]
        # 3, the program, is closed by jpod-init; 4 is what was passed; 3 again is the directory that the shell reads.
        self.assertEqual(names, ["0", "1", "2", "3", "4"], lines)
        self.assertIn("0 /dev/null", lines)
        self.assertTrue(any(line.startswith("4 pipe:") for line in lines))
        for fd in (read, other, leak):
            os.close(fd)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)

    def test_standard_descriptors_may_be_passed_crosswise(self):
        read, write = os.pipe()
        hands, brain = self.begin()
        self.assertGreater(brain.spawn(shell("echo out; echo err >&2; cat <&5"), stdio=[brain.null, write, write],
                                       after=[brain.null, memfd(b"five")]), 0)
        brain.ended()
        os.close(write)
        self.assertEqual(os.read(read, 100), b"out\nerr\n")
        os.close(read)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)

    def test_exits_are_told_as_wait_gives_them(self):
        hands, brain = self.begin()
        for script, code in (("exit 0", 0), ("exit 42", 42), ("kill -9 $$", -9), ("kill -TERM $$", -15)):
            pid = brain.spawn(shell(script))
            self.assertEqual(brain.ended(), (pid, code))
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)

    def test_signals_are_neither_blocked_nor_caught_nor_ignored(self):
        hands, brain = self.begin("-c", f"trap '' HUP INT TERM USR1 CHLD; exec {BIN}/jpod", executable="/bin/bash")
        brain.spawn(shell("grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status"))
        brain.ended()
        brain.send(EXIT, 0)
        out, _ = self.read_all(hands)
        self.assertEqual(out.decode().split()[1:4:2], ["0" * 16] * 2)

    def test_failures_are_told_as_errno(self):
        hands, brain = self.begin()
        self.assertEqual(brain.spawn(shell("exit"), init=brain.null), -13)
        self.assertEqual(brain.spawn(shell("exit"), clone_flags=0x8000), -22)  # CLONE_PARENT
        self.assertEqual(brain.spawn(shell("exit"), flags=4), -22)
        self.assertEqual(brain.spawn(shell("exit"), flags=SPAWN_CGROUP, before=[brain.null]), -9)
        self.assertEqual(brain.spawn(shell("exit"), flags=SPAWN_PIDNS, before=[brain.null]), -22)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)

    def test_born_in_a_cgroup(self):
        path = f"{UNIFIED}/jpod-test-{os.getpid()}"
        os.mkdir(path)
        self.addCleanup(os.rmdir, path)
        cgroup = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        hands, brain = self.begin()
        brain.spawn(shell("grep ^0:: /proc/self/cgroup"), flags=SPAWN_CGROUP, before=[cgroup])
        brain.ended()
        os.close(cgroup)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0, out=f"0::/jpod-test-{os.getpid()}\n")

    def test_born_in_a_pid_namespace_and_the_next_one_outside(self):
        hands, brain = self.begin()
        first = brain.spawn(shell("exec sleep 1000"), clone_flags=NEWPID)
        pidns = os.open(f"/proc/{first}/ns/pid", os.O_RDONLY)
        inside = brain.spawn(shell("echo $$"), flags=SPAWN_PIDNS, before=[pidns])
        self.assertEqual(brain.ended(), (inside, 0))
        outside = brain.spawn(shell("echo $$"))
        self.assertEqual(brain.ended(), (outside, 0))
        os.kill(first, signal.SIGKILL)
        self.assertEqual(brain.ended(), (first, -9))
        self.assertEqual(brain.spawn(shell("exit"), flags=SPAWN_PIDNS, before=[pidns]), -12)  # its init is dead
        os.close(pidns)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0, out=f"2\n{outside}\n")

    def test_a_child_made_by_a_program_is_ours_too(self):
        hands, brain = self.begin()
        program = Program().op("clone", 0x8000 | 17, cases=[(MATCH_ZERO, 1)]).op("exit_group", 0)
        middle = brain.spawn(program.execve("/bin/sh", "-c", "kill -STOP $$; exit 5"))
        self.assertEqual(brain.ended(), (middle, 0))
        wait_until(lambda: children(hands.pid) and state(children(hands.pid)[0]) == "T")
        child = children(hands.pid)[0]
        self.assertEqual(brain.adopt(child), child)
        brain.send(FORWARD, child)
        brain.sync()
        hands.send_signal(signal.SIGCONT)
        self.assertEqual(brain.ended(), (child, 5))
        self.assertEqual(brain.adopt(child), -errno.ESRCH)
        brain.send(EXIT, 5)
        self.assertEnds(hands, 5)

    def test_only_a_child_of_ours_is_adopted(self):
        stranger = subprocess.Popen(["sleep", "1000"])
        hands, brain = self.begin()
        for pid in (stranger.pid, hands.pid, os.getpid(), 1, 0, -1, -stranger.pid, 1 << 30):
            self.assertEqual(brain.adopt(pid), -errno.ECHILD, pid)
        brain.connection.close()
        self.assertEnds(hands, 1, err="jpod: the brain ended unexpectedly\n")
        self.assertIsNone(stranger.poll())
        stranger.kill()
        stranger.wait()

    def test_many_children(self):
        hands, brain = self.begin()
        pids = {brain.spawn(shell("exec sleep 1000")) for _ in range(512)}
        self.assertEqual(brain.spawn(shell("exit")), -11)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual({brain.ended()[0] for _ in pids}, pids)
        for _ in range(200):
            self.assertEqual(brain.spawn(shell("exit 3")), brain.ended()[0])
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)


class Signals(HandsCase):
    def test_passed_on_to_the_child_that_was_named(self):
        hands, brain = self.begin()
        pid = brain.spawn(shell("trap 'exit 3' TERM; trap 'echo usr1' USR1; echo ready; while :; do sleep 0.01; done"))
        brain.send(FORWARD, pid)
        brain.sync()
        self.assertEqual(hands.stdout.readline(), b"ready\n")
        hands.send_signal(signal.SIGUSR1)
        self.assertEqual(hands.stdout.readline(), b"usr1\n")
        hands.send_signal(signal.SIGTERM)
        self.assertEqual(brain.ended(), (pid, 3))
        brain.send(EXIT, 3)
        self.read_all(hands)
        self.assertEqual(hands.returncode, 3)

    def test_before_that_they_end_the_hands(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            hands, brain = self.begin()
            hands.send_signal(number)
            self.assertEnds(hands, -number)
            self.assertTrue(brain.is_hung_up())

    def test_stop_and_go_on(self):
        hands, brain = self.begin()
        hands.send_signal(signal.SIGTSTP)
        wait_until(lambda: state(hands.pid) == "T")
        hands.send_signal(signal.SIGCONT)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)


class Terminal(HandsCase):
    def open_terminal(self):
        """The caller's terminal: (our end, the hands' end)."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("4H", 33, 111, 0, 0))
        return ours, theirs

    def spawn_on_terminal(self, brain, script):
        ptmx, slave = pty.openpty()
        pid = brain.spawn(shell(script), stdio=[slave] * 3)
        os.close(slave)
        return pid, ptmx

    def read_until(self, fd, end):
        got = b""
        while not got.endswith(end):
            ready, _, _ = select.select([fd], [], [], PATIENCE)
            self.assertTrue(ready, got)
            got += os.read(fd, 65536)
        return got

    def test_relays_both_ways_raw_and_restores(self):
        ours, theirs = self.open_terminal()
        before = termios.tcgetattr(theirs)
        hands, brain = self.begin(stdin=theirs, stdout=theirs, stderr=theirs)
        ptmx, slave = pty.openpty()
        # First the relay: the container's terminal has its size before anybody can ask for it.
        brain.send(RELAY, fds=[ptmx])
        pid = brain.spawn(shell("stty size; read x; echo got $x; exit 4"), stdio=[slave] * 3)
        brain.send(FORWARD, pid)
        os.close(ptmx)
        os.close(slave)
        self.assertEqual(self.read_until(ours, b"\n"), b"33 111\r\n")
        self.assertFalse(termios.tcgetattr(theirs)[3] & (termios.ICANON | termios.ECHO | termios.ISIG))
        os.write(ours, b"hello\r")
        self.assertEqual(self.read_until(ours, b"got hello\r\n"), b"hello\r\ngot hello\r\n")
        self.assertEqual(brain.ended(), (pid, 4))
        brain.send(EXIT, 4)
        self.assertEqual(hands.wait(PATIENCE), 4)
        self.assertEqual(termios.tcgetattr(theirs), before)

    def test_interrupt_character_and_size_reach_the_container(self):
        ours, theirs = self.open_terminal()
        hands, brain = self.begin(stdin=theirs, stdout=theirs, stderr=theirs)
        ptmx, slave = pty.openpty()
        program = Program().op("setsid").op("ioctl", 0, termios.TIOCSCTTY, 0)
        program.execve("/bin/sh", "-c", "trap 'stty size; exit 9' INT; trap 'echo winch' WINCH; echo ready; while :; do sleep 0.01; done")
        # First the relay: it sets the size, and that would be a SIGWINCH too many.
        brain.send(RELAY, fds=[ptmx])
        pid = brain.spawn(program, stdio=[slave] * 3)
        brain.send(FORWARD, pid)
        os.close(ptmx)
        os.close(slave)
        self.read_until(ours, b"ready\r\n")
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("4H", 44, 55, 0, 0))
        hands.send_signal(signal.SIGWINCH)
        self.read_until(ours, b"winch\r\n")
        os.write(ours, b"\x03")
        self.assertEqual(self.read_until(ours, b"55\r\n"), b"^C44 55\r\n")
        self.assertEqual(brain.ended(), (pid, 9))
        brain.send(EXIT, 9)
        self.assertEqual(hands.wait(PATIENCE), 9)

    def test_all_output_arrives_before_the_end(self):
        hands, brain = self.begin()
        pid, ptmx = self.spawn_on_terminal(brain, "seq 1 20000; exit 1")
        brain.send(RELAY, fds=[ptmx])
        os.close(ptmx)
        out = b""
        while not out.endswith(b"\n20000\r\n"):
            out += os.read(hands.stdout.fileno(), 65536)
            time.sleep(0.0005)
        self.assertEqual(brain.ended(), (pid, 1))
        brain.send(EXIT, 1)
        self.assertEnds(hands, 1, out="")
        self.assertEqual(out, b"".join(b"%d\r\n" % n for n in range(1, 20001)))

    def test_output_that_is_read_late_is_not_lost(self):
        for _ in range(20):
            hands, brain = self.begin()
            pid, ptmx = self.spawn_on_terminal(brain, "seq 1 800")
            self.assertEqual(brain.ended(), (pid, 0))
            brain.send(RELAY, fds=[ptmx])
            brain.send(EXIT, 0)
            os.close(ptmx)
            self.assertEnds(hands, 0, out="".join(f"{n}\r\n" for n in range(1, 801)))

    def end_of_input(self, script, text, line_end="\n"):
        """What a program prints on its terminal whose input is `text` and ends with it."""
        hands, brain = self.begin(stdin=subprocess.PIPE)
        modes = "-echo -onlcr" if line_end == "\n" else "-echo"
        pid, ptmx = self.spawn_on_terminal(brain, f"stty {modes}; echo ready; {script}")
        brain.send(RELAY, fds=[ptmx])
        os.close(ptmx)
        self.assertEqual(hands.stdout.readline(), f"ready{line_end}".encode())
        hands.stdin.write(text)
        hands.stdin.close()
        hands.stdin = None
        self.assertEqual(brain.ended(), (pid, 0))
        brain.send(EXIT, 0)
        out, err = self.read_all(hands)
        self.assertEqual((hands.returncode, err), (0, b""))
        return out

    def test_end_of_a_pipe_becomes_end_of_file(self):
        for text in (b"", b"a\n", b"a"):
            out = self.end_of_input("cat; echo end", text, line_end="\r\n")
            self.assertEqual(out, text.replace(b"\n", b"\r\n") + b"end\r\n")

    def test_end_of_a_pipe_reaches_who_edits_lines(self):
        # The terminal is in canonical mode when the input ends, and a shell that edits lines takes it out of that.
        texts = b"echo a-$((1+1))\n", b"echo a-$((1+1))", b"sleep 0.3; echo a-$((1+1))\n", b"cat\nx\n"
        shells = [shell for shell in ("busybox sh -i", "bash --norc --noprofile -i") if shutil.which(shell.split()[0])]
        for shell, text in itertools.product(shells, texts):
            with self.subTest(shell, text=text):
                out = self.end_of_input(f"sleep 0.2; {shell}; echo end", text)
                self.assertIn(b"x\n" if b"cat" in text else b"a-2\n", out)
                self.assertTrue(out.endswith(b"end\n"), out)
                self.assertNotIn(b"\0", out)

    def test_end_of_a_pipe_is_no_flood_of_keys(self):
        # Answers each key, as top does. The pause after each is twice the one before, from 5 ms on.
        script = "stty raw; for i in $(seq 9); do dd bs=1 count=1 >/dev/null 2>&1; echo key; done; stty -raw; cat"
        begun = time.monotonic()
        self.assertEqual(self.end_of_input(script, b"").count(b"key"), 9)
        # A flood would be over at once; the first pauses may be over before anybody reads.
        self.assertGreater(time.monotonic() - begun, 0.3)

    def test_end_of_a_pipe_reaches_everybody_who_reads(self):
        self.assertEqual(self.end_of_input("cat; echo 1; cat; sleep 0.1; cat; echo 2", b"a\nb"), b"a\nb1\n2\n")
        self.assertTrue(self.end_of_input("stty raw; sleep 0.2; stty -raw; cat; cat; echo 1", b"").endswith(b"1\n"))
        self.assertEqual(self.end_of_input("stty eof ^A; cat; echo 1", b"a\n"), b"a\n1\n")

    def test_who_keeps_the_terminal_open_does_not_hold_up_the_end(self):
        hands, brain = self.begin()
        pid, ptmx = self.spawn_on_terminal(brain, "trap '' HUP; yes & exit 0")
        brain.send(RELAY, fds=[ptmx])
        os.close(ptmx)
        drain = subprocess.Popen(["cat"], stdin=hands.stdout, stdout=subprocess.DEVNULL)
        self.assertEqual(brain.ended(), (pid, 0))
        brain.send(EXIT, 6)
        self.assertEqual(hands.wait(PATIENCE), 6)
        brain.drop_stdio()
        drain.wait(PATIENCE)

    def test_nobody_reads_the_output(self):
        hands, brain = self.begin()
        hands.stdout.close()
        brain.drop_stdio()
        ptmx, slave = pty.openpty()
        pid = brain.spawn(shell("seq 1 50000; exit 8"), stdio=[slave] * 3)
        os.close(slave)
        brain.send(RELAY, fds=[ptmx])
        os.close(ptmx)
        self.assertEqual(brain.ended(), (pid, 8))
        brain.send(EXIT, 8)
        self.assertEqual(hands.wait(PATIENCE), 8)

    def test_brain_dies_terminal_is_restored(self):
        ours, theirs = self.open_terminal()
        before = termios.tcgetattr(theirs)
        hands, brain = self.begin(stdin=theirs, stdout=theirs, stderr=theirs)
        pid, ptmx = self.spawn_on_terminal(brain, "read x")
        brain.send(RELAY, fds=[ptmx])
        os.close(ptmx)
        wait_until(lambda: termios.tcgetattr(theirs) != before)
        brain.connection.close()
        self.assertEqual(hands.wait(PATIENCE), 1)
        self.assertEqual(termios.tcgetattr(theirs), before)
        self.assertTrue(is_gone(pid))


class Leaving(HandsCase):
    def test_whoever_adopts_a_child_that_was_left_learns_how_it_ended(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self.assertEqual(libc.prctl(36, 1, 0, 0, 0), 0)  # PR_SET_CHILD_SUBREAPER
        try:
            hands, brain = self.begin()
            read, write = os.pipe()
            pid = brain.spawn(shell("read x; exit 42"), stdio=[read, brain.null, brain.null])
            brain.send(LEAVE)
            os.close(read)
            os.close(write)
            wait_until(lambda: content(f"/proc/{pid}/stat").split()[2] == "Z")
            brain.send(EXIT, 0)
            self.assertEnds(hands, 0)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 42)
        finally:
            libc.prctl(36, 0, 0, 0, 0)


class Detached(HandsCase):
    def begin_detached(self, *args, **how):
        hands, brain = self.begin(*args, **how)
        brain.send(DETACH)
        return hands, brain

    def test_monitor_stays_and_writes_the_exit_file(self):
        hands, brain = self.begin_detached()
        read, write = os.pipe()
        pid = brain.spawn(shell("read x; exit 42"), stdio=[read, brain.null, brain.null])
        monitor = parent(pid)
        self.assertNotEqual(monitor, hands.pid)
        file = self.dir + "/exit"
        fd = os.open(file, os.O_CREAT | os.O_WRONLY)
        brain.watch(pid, fd)
        os.close(fd)
        brain.send(EXIT, 5)
        self.assertEnds(hands, 5, out="")
        self.assertTrue(brain.is_hung_up())
        self.assertEqual(content(f"/proc/{monitor}/comm"), "jpod-monitor\n")
        wait_until(lambda: os.readlink(f"/proc/{monitor}/cwd") == "/")
        self.assertEqual({os.readlink(f"/proc/{monitor}/fd/{n}") for n in (0, 1, 2)}, {"/dev/null"})
        rollup = content(f"/proc/{monitor}/smaps_rollup").split()
        if not SANITIZED:
            self.assertLess(int(rollup[rollup.index("Pss:") + 1]), 300)
        os.kill(monitor, signal.SIGTERM)
        os.kill(monitor, signal.SIGHUP)
        self.assertEqual(os.path.getsize(file), 0)
        os.close(read)
        os.close(write)
        wait_until(lambda: os.path.getsize(file))
        self.assertEqual(content(file), "42\n")
        wait_until(lambda: is_gone(monitor))

    def test_exit_file_of_one_that_was_killed_or_had_already_ended(self):
        for when in ("before", "after"):
            hands, brain = self.begin_detached()
            pid = brain.spawn(shell("kill -9 $$" if when == "before" else "exec sleep 1000"))
            if when == "before":
                brain.ended()
            file = f"{self.dir}/{when}"
            fd = os.open(file, os.O_CREAT | os.O_WRONLY)
            brain.watch(pid, fd)
            os.close(fd)
            brain.send(EXIT, 0)
            self.assertEqual(hands.wait(PATIENCE), 0)
            if when == "after":
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: os.path.getsize(file))
            self.assertEqual(content(file), "137\n")

    def run_logged(self, script, source, stdio, directory=None, code=0, max_size=1000, max_files=3):
        """Until the exit code is written."""
        hands, brain = self.begin_detached()
        pid = brain.spawn(shell(script), stdio=stdio)
        directory = directory or os.open(self.dir, os.O_RDONLY)
        file = os.open("exit", os.O_CREAT | os.O_RDWR | os.O_TRUNC, dir_fd=directory)
        self.assertEqual(ctypes.CDLL(None).fallocate(file, 1, ctypes.c_long(0), ctypes.c_long(8)), 0)
        brain.watch(pid, file, source, directory, max_size=max_size, max_files=max_files)
        brain.send(EXIT, 0)
        for fd in {source, *stdio}:
            os.close(fd)
        self.assertEnds(hands, 0, out="")
        wait_until(lambda: os.fstat(file).st_size)
        self.assertEqual(os.pread(file, 10, 0).decode(), f"{code}\n")
        os.close(file)
        return directory

    def logs(self):
        """From the oldest to the newest."""
        names = sorted((name for name in os.listdir(self.dir) if name.startswith("log")), reverse=True)
        return [content(self.dir + "/" + name) for name in names if name != "log"] + [content(self.dir + "/log")]

    def test_a_log_is_bounded(self):
        read, write = os.pipe()
        # 29 bytes, so that no file is full at the end of a line.
        script = "for i in $(seq 1000 3000); do echo line $i and some more words; done; exit 3"
        os.close(self.run_logged(script, read, [write] * 3, code=3))
        logs = self.logs()
        self.assertEqual(len(logs), 3)
        for log in logs:
            self.assertLessEqual(len(log), 1000)
            self.assertTrue(log.startswith("line ") and log.endswith("\n"), log)
        kept = "".join(logs).splitlines()
        self.assertGreater(len(kept), 67)
        self.assertEqual(kept, [f"line {i} and some more words" for i in range(3001 - len(kept), 3001)])

    def test_a_line_longer_than_a_file_is_bounded_too(self):
        read, write = os.pipe()
        os.close(self.run_logged("head -c 100000 /dev/zero | tr '\\0' x", read, [write] * 3, max_files=2))
        self.assertEqual(self.logs(), ["x" * 1000] * 2)

    def test_one_file_begins_again(self):
        read, write = os.pipe()
        os.close(self.run_logged("for i in $(seq 1000 3000); do echo line $i; done", read, [write] * 3, max_files=1))
        self.assertEqual(len(self.logs()), 1)
        self.assertTrue(self.logs()[0].endswith("line 3000\n"))

    def test_a_log_goes_on(self):
        for word in ("one", "two"):
            read, write = os.pipe()
            os.close(self.run_logged(f"echo {word}", read, [write] * 3))
        self.assertEqual(self.logs(), ["one\ntwo\n"])

    def test_terminal_goes_to_the_log(self):
        ptmx, slave = pty.openpty()
        os.close(self.run_logged("echo one; sleep 0.2; echo two", ptmx, [slave] * 3))
        self.assertEqual(self.logs(), ["one\r\ntwo\r\n"])

    def test_a_process_that_goes_on_printing_keeps_nobody(self):
        read, write = os.pipe()
        os.close(self.run_logged("echo begun; yes & exit 4", read, [write] * 3, code=4))
        self.assertIn(len(self.logs()), (1, 2, 3))

    def test_a_full_disk_costs_lines_and_no_exit_code(self):
        libc = ctypes.CDLL(None, use_errno=True)
        fsopen, fsconfig, fsmount = 430, 431, 432
        context = libc.syscall(fsopen, b"tmpfs", 0)
        self.assertEqual(libc.syscall(fsconfig, context, 1, b"size", b"16k", 0), 0)
        self.assertEqual(libc.syscall(fsconfig, context, 6, None, None, 0), 0)
        disk = libc.syscall(fsmount, context, 0, 0)
        os.close(context)
        self.assertGreaterEqual(disk, 0)
        # The mount belongs to nobody: it is gone with its last descriptor.
        read, write = os.pipe()
        self.run_logged("head -c 3000000 /dev/zero; exit 7", read, [write] * 3, disk, code=7, max_size=1 << 20)
        self.assertLess(os.stat("log", dir_fd=disk).st_size, 16 << 10)
        os.close(disk)

    def test_nothing_of_the_caller_is_kept(self):
        read, write = os.pipe()
        null = os.open("/dev/null", os.O_RDWR)
        hands, brain = self.begin_detached("-c", f"exec 3<&{write} 9<&{write} {write}<&-; exec {BIN}/jpod", executable="/bin/bash",
                                           pass_fds=[write])
        os.close(write)
        os.close(null)
        pid = brain.spawn(shell("exec sleep 1000"), stdio=[brain.null] * 3)
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)
        self.assertEqual(os.read(read, 1), b"")
        os.close(read)
        os.kill(pid, signal.SIGKILL)

    def test_will_is_run_when_the_last_child_has_ended(self):
        hands, brain = self.begin_detached()
        pid = brain.spawn(shell("exec sleep 1000"), stdio=[brain.null] * 3)
        brain.send(WILL, 3, fds=[memfd(b"jpod\0clean up\0box\0")])
        brain.send(EXIT, 0)
        self.assertEnds(hands, 0)
        os.kill(pid, signal.SIGKILL)
        heir = self.accept()
        self.assertEqual(heir.argv, ["jpod", "clean up", "box"])
        self.assertNotIn("JPOD_ONESHOT=1", heir.env)
        heir.send(EXIT, 0)

    def test_the_caller_gives_up(self):
        hands, brain = self.begin_detached()
        pid = brain.spawn(shell("exec sleep 1000"))
        hands.send_signal(signal.SIGINT)
        self.assertEqual(hands.wait(PATIENCE), -signal.SIGINT)
        self.assertTrue(brain.is_hung_up())
        os.kill(pid, signal.SIGKILL)

    def test_brain_dies_while_detached(self):
        for is_complete in (False, True):
            hands, brain = self.begin_detached()
            pid = brain.spawn(shell("exec sleep 1000"), stdio=[brain.null] * 3)
            if is_complete:
                brain.send(FORWARD, pid)
            monitor = parent(pid)
            brain.connection.close()
            goes_on = "; the container goes on" if is_complete else ""
            self.assertEnds(hands, 1, err=f"jpod: the brain ended unexpectedly{goes_on}\n")
            if is_complete:
                self.assertFalse(is_gone(pid))
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: is_gone(pid) and is_gone(monitor))


ONE_SHOT = """
import os, socket, struct, sys
s = socket.socket(fileno=int(os.environ["JPOD_BRAIN_FD"]))
packet, fds, _, _ = socket.recv_fds(s, 100, 10)
argc = struct.unpack_from("<I", packet, 8)[0]
argv = os.pread(fds[0], 100000, 0).split(b"\\0")[:argc]
"""


class OneShot(HandsCase):
    def test_is_started_with_a_clean_environment(self):
        jpod = self.install(ONE_SHOT + """
os.write(fds[2], b" ".join(argv) + b"\\n")
print(sorted(k for k in os.environ if k.startswith(("LD_", "JAVA", "JDK", "_JAVA", "CLASSPATH")) and k != "JAVA_HOME"), flush=True)
print(os.readlink("/proc/self/fd/0"), sys.argv[0], sorted(map(int, os.listdir("/proc/self/fd")))[:3], flush=True)
s.send(struct.pack("<II", 23, 3))
""")
        self.env.update(JAVA_TOOL_OPTIONS="-x", LD_PRELOAD="", JDK_JAVA_OPTIONS="x", _JAVA_OPTIONS="", CLASSPATH="x")
        hands = self.start("run", "box", executable=jpod)
        self.assertEnds(hands, 3, out="jpod run box\n", err=f"[]\n/dev/null {self.dir}/tree/lib/jpod/brain.py [0, 1, 2]\n")

    def test_starts_the_same_brain_for_every_command(self):
        jpod = self.install(ONE_SHOT + """
print(sys.argv[1:], sorted(f"{k}={v}" for k, v in os.environ.items()), flush=True)
s.send(struct.pack("<II", 23, 0))
""")
        said = {self.start(verb, executable=jpod).communicate()[1] for verb in ("serve", "run", "--help")}
        self.assertEqual(len(said), 1)

    def test_serves_when_the_resident_brain_does_not(self):
        jpod = self.install(ONE_SHOT + "s.send(struct.pack('<II', 23, 3))")
        del self.env["JPOD_ONESHOT"]
        for how in ("elsewhere", "hangs up", "refuses", "absent"):
            hands = self.start("x", executable=jpod) if how in ("elsewhere", "hangs up") else None
            if how == "elsewhere":
                self.accept().send(ELSEWHERE)
            elif how == "hangs up":
                self.accept().connection.close()
            elif how == "refuses":
                self.listener.close()
            else:
                os.unlink(self.socket)
            self.assertEnds(hands or self.start("x", executable=jpod), 3)

    def test_says_plainly_that_java_cannot_be_started(self):
        jpod = self.install("")
        lib = self.dir + "/tree/lib/jpod"
        self.write_argv("/no/java\n-x\n")
        self.assertEnds(self.start(executable=jpod), 1, err="jpod: cannot start java: /no/java: No such file or directory;"
                        f" it is named in {lib}/brain.argv, which make build writes\n")
        self.write_argv("")
        self.assertEnds(self.start(executable=jpod), 1, err=f"jpod: cannot start java: {lib}/brain.argv: no command line; run make build\n")
        os.unlink(lib + "/brain.argv")
        self.assertEnds(self.start(executable=jpod), 1,
                        err=f"jpod: cannot start java: {lib}/brain.argv: No such file or directory; run make build\n")

    def test_its_end_is_told(self):
        for source, how in (("", "exit code 0"), ("import sys; sys.exit(9)", "exit code 9"),
                            ("import os; os.kill(os.getpid(), 9)", "signal 9")):
            jpod = self.install(source)
            self.assertEnds(self.start(executable=jpod), 1, err=f"jpod: the brain ended unexpectedly ({how})\n")
            shutil.rmtree(self.dir + "/tree")

    def test_interrupt_ends_the_hands_and_leaves_the_brain_time_to_undo(self):
        jpod = self.install(ONE_SHOT + f"""
os.write(fds[2], b"here\\n")
assert s.recv(100) == b""
open({self.dir!r} + "/undone", "w").close()
""")
        hands = self.start(executable=jpod, process_group=0)
        self.assertEqual(hands.stdout.readline(), b"here\n")
        os.killpg(hands.pid, signal.SIGINT)
        self.assertEqual(hands.wait(PATIENCE), -signal.SIGINT)
        wait_until(lambda: os.path.exists(self.dir + "/undone"))


class BrainDeath(HandsCase):
    UNEXPECTED = "jpod: the brain ended unexpectedly\n"

    def test_while_nothing_runs(self):
        jpod = self.install(ONE_SHOT)
        del self.env["JPOD_ONESHOT"]
        hands, brain = self.begin()
        brain.spawn(shell("exit"))
        brain.ended()
        brain.connection.close()
        self.assertEnds(hands, 1, err=self.UNEXPECTED)

    def test_what_was_being_made_is_killed(self):
        hands, brain = self.begin()
        first = brain.spawn(shell("exec sleep 1000"))
        # Its child is ours as well, and nobody has told us of it.
        program = Program().op("clone", 0x8000 | 17, cases=[(MATCH_ZERO, 1)]).op("exit_group", 0)
        middle = brain.spawn(program.execve("/bin/sleep", "1000"))
        self.assertEqual(brain.ended(), (middle, 0))
        mine = children(hands.pid)
        self.assertEqual(len(mine), 2)
        brain.connection.close()
        self.assertEnds(hands, 1, err=self.UNEXPECTED)
        self.assertTrue(all(map(is_gone, mine)) and first in mine)

    def test_what_was_complete_goes_on_and_its_code_is_ours(self):
        for end, code in (("exit 7", 7), ("kill -9 $$", 137)):
            hands, brain = self.begin(stdin=subprocess.PIPE)
            pid = brain.spawn(shell(f"read x; {end}"))
            hook = brain.spawn(shell("exec sleep 1000"))
            brain.send(FORWARD, pid)
            brain.drop_stdio()
            brain.connection.close()
            wait_until(lambda: is_gone(hook))
            self.assertFalse(is_gone(pid))
            hands.stdin.write(b"\n")
            hands.stdin.flush()
            self.assertEnds(hands, code)

    def test_signals_are_passed_on_all_the_same(self):
        hands, brain = self.begin()
        pid = brain.spawn(shell("exec sleep 1000"))
        brain.send(FORWARD, pid)
        brain.sync()
        brain.connection.close()
        hands.send_signal(signal.SIGTERM)
        self.assertEnds(hands, 143)

    def test_will_is_run_by_a_one_shot_brain(self):
        for is_complete in (False, True):
            jpod = self.install(ONE_SHOT + "os.write(fds[2], b' '.join(argv)); s.send(struct.pack('<II', 23, 3))")
            del self.env["JPOD_ONESHOT"]
            hands, brain = self.begin(executable=jpod)
            pid = brain.spawn(shell("read x; exit 6"))
            brain.send(WILL, 2, fds=[memfd(b"jpod\0last words\0")])
            if is_complete:
                brain.send(FORWARD, pid)
            brain.connection.close()
            self.assertEnds(hands, 6 if is_complete else 1, out="jpod last words", err="" if is_complete else self.UNEXPECTED)
            shutil.rmtree(self.dir + "/tree")

    def test_ended_before_the_brain_did(self):
        hands, brain = self.begin()
        pid = brain.spawn(shell("exit 6"))
        brain.send(FORWARD, pid)
        brain.ended()
        brain.connection.close()
        self.assertEnds(hands, 6)

    def test_at_every_point_of_a_run_nothing_is_left(self):
        points = ["", "sent SPAWN", "SPAWNED", "RELAY", "WILL", "FORWARD", "EXITED"]
        for point in range(1, len(points)):
            with self.subTest(points[point]):
                jpod = self.install(ONE_SHOT + "os.write(fds[2], b' '.join(argv)); s.send(struct.pack('<II', 23, 3))")
                del self.env["JPOD_ONESHOT"]
                hands, brain = self.begin(executable=jpod)
                ptmx, slave = pty.openpty()
                brain.post(shell("echo out; sleep 0.2; exit 6"), stdio=[slave] * 3)
                os.close(slave)
                if point >= 2:
                    pid = struct.unpack("<Ii", brain.receive()[0])[1]
                if point >= 3:
                    brain.send(RELAY, fds=[ptmx])
                if point >= 4:
                    brain.send(WILL, 2, fds=[memfd(b"jpod\0will\0")])
                if point >= 5:
                    brain.send(FORWARD, pid)
                if point >= 6:
                    brain.ended()
                os.close(ptmx)
                brain.connection.close()
                out, err = self.read_all(hands)
                self.assertEqual(hands.returncode, 6 if point >= 5 else 1)
                self.assertEqual(err.decode(), "" if point >= 5 else self.UNEXPECTED)
                self.assertEqual(out.decode().replace("out\r\n", ""), "jpod will" if point >= 4 else "")
                if point >= 2:
                    self.assertTrue(is_gone(pid))
                shutil.rmtree(self.dir + "/tree")

    def test_malformed_wills(self):
        for argc, text in ((1, b"x"), (2, b"x\0"), (1, b""), (0, b"x\0"), (0x7FFFFFFF, b"x\0"), (-1, b"x\0")):
            hands, brain = self.begin()
            brain.send(WILL, argc, fds=[memfd(text)])
            self.assertEnds(hands, 1, err="jpod: the brain broke the protocol (message 22)\n" + self.UNEXPECTED)


def content(path):
    with open(path, newline="") as file:
        return file.read()


def parent(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[1])


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


if __name__ == "__main__":
    # What & or nohup(1) has us ignore, all that is started here would ignore. What Python itself ignores, subprocess resets.
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    unittest.main()
