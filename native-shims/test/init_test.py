#!/usr/bin/env python3
"""jpod-init on programs that are right and on some that are not. Usage: init_test.py BIN"""

import os
import platform
import signal
import socket
import struct
import sys
import unittest

from program import FAIL, FAILED, INVALID, MATCH_ANY_ERROR, MATCH_SUCCESS, MATCH_ZERO, MILESTONE, Blob, Program, Reg, memfd, status

BIN = os.path.abspath(sys.argv.pop(1))
ENOENT, EBADF, EEXIST = 2, 9, 17
STATUS = 9
SIGSYS = signal.SIGSYS
FAULT = -(signal.SIGILL if platform.machine() == "x86_64" else signal.SIGTRAP)


class Init(unittest.TestCase):
    def run_image(self, image, *, arguments=None, record=None):
        """(exit code, what it wrote to stdout, what it reported)"""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read, write = os.pipe()
        program = memfd(image)
        pid = os.fork()
        if pid == 0:
            os.dup2(write, 1)
            os.dup2(theirs.fileno(), STATUS)
            os.dup2(program, 20)
            if record is not None:
                os.dup2(record, 21)
            os.execve(BIN + "/jpod-init", ["jpod-init"] + (["20"] if arguments is None else arguments), {})
        os.close(write)
        theirs.close()
        os.close(program)
        out = b""
        while chunk := os.read(read, 65536):
            out += chunk
        os.close(read)
        reports = []
        while packet := ours.recv(100):
            reports.append(status(packet))
        ours.close()
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out, reports

    def expect(self, program, code, out=b"", reports=()):
        program.status_fd = STATUS
        self.assertEqual(self.run_image(program.image()), (code, out, list(reports)))

    def test_behind_the_last_op_it_exits_with_0(self):
        self.expect(Program(), 0)
        self.expect(Program().write(1, "hello"), 0, b"hello")

    def test_exit_code(self):
        self.expect(Program().op("exit_group", 42).write(1, "never"), 42)

    def test_a_failure_is_told_with_its_op_and_errno(self):
        self.expect(Program().write(1, "a").op("close", 77).write(1, "never"), 1, b"a", [(FAILED, 1, EBADF)])

    def test_a_program_writes_its_own_milestones(self):
        self.expect(Program().write(STATUS, struct.pack("<IIi", MILESTONE, 5, 0)), 0, reports=[(MILESTONE, 5, 0)])

    def test_cases(self):
        for cases, result in (
            ([(EBADF, 0)], b"ab"),
            ([(EBADF, 1)], b"b"),
            ([(EBADF, 2)], b""),
            ([(ENOENT, 0), (EBADF, 1)], b"b"),
            ([(MATCH_ANY_ERROR, 1), (EBADF, 0)], b"b"),
            ([(MATCH_SUCCESS, 2), (EEXIST, 0), (MATCH_ZERO, 0), (EBADF, 1)], b"b"),
        ):
            self.expect(Program().op("close", 77, cases=cases).write(1, "a").write(1, "b"), 0, result)
        for cases in ([], [(ENOENT, 0)], [(MATCH_SUCCESS, 0)], [(MATCH_ZERO, 0)], [(EBADF, FAIL)]):
            self.expect(Program().op("close", 77, cases=cases).write(1, "a"), 1, reports=[(FAILED, 0, EBADF)])

    def test_success_can_skip_and_fail_too(self):
        for cases, result in (([(MATCH_SUCCESS, 1)], b"b"), ([(MATCH_ZERO, 1)], b"ab"), ([(MATCH_ANY_ERROR, 1)], b"ab")):
            self.expect(Program().op("getpid", cases=cases).write(1, "a").write(1, "b"), 0, result)
        self.expect(Program().op("getpid", cases=[(MATCH_SUCCESS, FAIL)]), 1, reports=[(FAILED, 0, 0)])

    def test_end_of_file_is_a_zero(self):
        program = Program([0])
        program.op("openat", -100, program.data("/dev/null"), 0, reg=0)
        program.op("read", Reg(0), program.data(bytes(8)), 8, cases=[(MATCH_ZERO, FAIL)])
        self.expect(program, 1, reports=[(FAILED, 1, 0)])

    def test_registers(self):
        program = Program([-1, 4])
        text = program.data("text")
        program.op("openat", -100, program.data("/proc/self/comm"), 0, reg=0)
        program.op("read", Reg(0), text, Reg(1), reg=1)
        program.op("write", 1, text, Reg(1))
        # A failed call leaves its register as it was.
        program.op("close", 77, cases=[(EBADF, 0)], reg=1)
        program.op("write", 1, text, Reg(1))
        code, out, reports = self.run_image(program.image())
        self.assertEqual((code, len(out), reports), (0, 8, []))

    def test_result_in_the_blob(self):
        program = Program()
        pid = program.data(b"????")
        self.assertEqual(len(self.run_image(program.op("getpid", blob32=pid).op("write", 1, pid, 4).image())[1]), 4)
        program = Program()
        where = program.data(bytes(5))
        self.expect(program.op("close", 77, cases=[(EBADF, 0)], blob32=Blob(where.at + 1)).op("write", 1, where, 5), 0, bytes(5))

    def test_relocations(self):
        self.expect(Program().execve("/bin/sh", "-c", "echo $0 $1", "zero", "one"), 0, b"zero one\n")

    def test_relocation_at_an_odd_place(self):
        program = Program()
        blob = program.data(bytes(9))
        program.relocs.append((1, 0))
        _, out, _ = self.run_image(program.op("write", 1, blob, 9).image())
        self.assertNotEqual(out, bytes(9))
        self.assertEqual(out[0], 0)

    def test_six_arguments_arrive(self):
        mmap = {"x86_64": 9, "aarch64": 222}[os.uname().machine]
        program = Program([0, 0])
        program.op("openat", -100, program.data(BIN + "/jpod-init"), 0, reg=0)
        program.op(mmap, 0, 4096, 1, 2, Reg(0), 4096, reg=1)  # the second page of itself
        program.op("write", 1, Reg(1), 16)
        with open(BIN + "/jpod-init", "rb") as file:
            file.seek(4096)
            self.expect(program, 0, file.read(16))

    def test_the_programs_descriptor_is_closed(self):
        program = Program().op("close", 20)
        self.expect(program, 1, reports=[(FAILED, 0, EBADF)])

    def recorded(self, program, timed_ops, code):
        """What is recorded of each op: (state, result, whether it took time)"""
        program.status_fd, program.record_fd, program.timed_ops = STATUS, 21, timed_ops
        memory = memfd(bytes(24 * len(program.ops)), "record")
        self.assertEqual(self.run_image(program.image(), record=memory)[0], code)
        records = list(struct.iter_unpack("<QqQ", os.pread(memory, 1 << 20, 0)))
        os.close(memory)
        self.assertTrue(all(ns < 10**9 for _, _, ns in records))
        return [(state, result, ns > 0) for state, result, ns in records]

    def test_calls_are_recorded(self):
        program = Program().op("close", 77, cases=[(EBADF, 1)]).write(1, "skipped").write(1, "abc")
        program.write(1, "ab").op("exit_group", 7).write(1, "never")
        self.assertEqual(self.recorded(program, 3, 7), [
            (3, -EBADF, True), (0, 0, False), (3, 3, True), (2, 2, False), (1, 0, False), (0, 0, False)])
        # What it failed at is the last that is recorded; an end behind the last op is one too.
        program = Program().write(1, "a").op("close", 77).write(1, "never")
        self.assertEqual(self.recorded(program, 3, 1), [(3, 1, True), (3, -EBADF, True), (0, 0, False)])
        self.assertEqual(self.recorded(Program().write(1, "a"), 0xFFFFFFFF, 0), [(3, 1, True)])

    def test_execve_does_not_return_and_sees_nothing_of_the_record(self):
        program = Program().execve("/bin/sh", "-c", "test ! -e /proc/self/fd/21 && exit 3")
        self.assertEqual(self.recorded(program, 1, 3), [(1, 0, False)])

    def test_the_records_descriptor_is_closed(self):
        self.assertEqual(self.recorded(Program().op("close", 21), 1, 1), [(3, -EBADF, True)])

    def test_without_memory_for_the_record_it_goes_on(self):
        program = Program((), STATUS, record_fd=77)
        self.assertEqual(self.run_image(program.write(1, "a").image()), (0, b"a", []))

    def test_malformed_programs_have_no_effect(self):
        good = Program([1, 2], STATUS)
        good.write(1, "a").op("close", 77)
        image = good.image()
        ops = 32 + 16
        for at, form, value, index in (
            (4, "H", 2, 0),          # version
            (6, "H", 3, 0),          # register_count
            (6, "H", 257, 0),
            (8, "I", 1, 0),          # op_count
            (8, "I", 0xFFFFFFFF, 0),
            (12, "I", 1, 0),         # reloc_count
            (12, "I", 0xFFFFFFFF, 0),
            (16, "I", 0, 0),         # blob_size
            (16, "I", 0xFFFFFFFF, 0),
            (ops + 6, "B", 3, 0),    # result_kind
            (ops + 7, "B", 5, 0),    # case_count
            (ops + 12, "B", 3, 0),   # arg_kind
            (ops + 18, "B", 1, 0),   # reserved
            (ops + 88 + 12, "B", 1, 1),
            (ops + 88 + 12, "B", 2, 1),
        ):
            bad = bytearray(image)
            struct.pack_into("<" + form, bad, at, value)
            self.assertEqual(self.run_image(bytes(bad)), (1, b"", [(INVALID, index, 0)]), (at, value))
        for bad in (image + b"\0", image[:-1], image[:32]):
            self.assertEqual(self.run_image(bad), (1, b"", [(INVALID, 0, 0)]))
        for bad in (b"", image[:31], bytes(32)):
            self.assertEqual(self.run_image(bad), (1, b"", []))

    def test_malformed_ops(self):
        for make in (
            lambda p: p.op("close", Blob(9)),
            lambda p: p.op("close", Reg(2)),
            lambda p: p.op("close", reg=2),
            lambda p: p.op("close", blob32=Blob(5)),
            lambda p: p.op("close", blob32=Blob(0xFFFFFFFF)),
            lambda p: p.op("close", cases=[(-3, 0)]),
            lambda p: p.op("close", cases=[(4096, 0)]),
            lambda p: p.op("close", cases=[(0, 1)]),
            lambda p: p.op("close", cases=[(0, 0), (1, 0xFFFE)]),
        ):
            program = Program([0, 0], STATUS)
            program.write(1, "12345678")
            self.assertEqual(self.run_image(make(program).image()), (1, b"", [(INVALID, 1, 0)]))
        for reloc in ((1, 0), (0, 9), (0xFFFFFFFF, 0), (0, 0xFFFFFFFF)):
            program = Program((), STATUS).write(1, "12345678")
            program.relocs.append(reloc)
            self.assertEqual(self.run_image(program.image()), (1, b"", [(INVALID, 0, 0)]))

    def test_arguments(self):
        image = Program((), STATUS).write(1, "a").image()
        for arguments in ([], ["20", "21"], [""], ["x"], ["-1"], ["20x"], ["99999999999999999999"], ["19"]):
            self.assertEqual(self.run_image(image, arguments=arguments), (1, b"", []), arguments)

    def test_a_report_can_be_forbidden_or_unwanted(self):
        program = Program((), STATUS).op("close", STATUS).op("close", 77)
        self.assertEqual(self.run_image(program.image()), (1, b"", []))
        program = Program((), 1).op("close", 77)  # not a socket: write
        self.assertEqual(self.run_image(program.image()), (1, struct.pack("<IIi", FAILED, 0, EBADF), []))

    def test_it_ends_whatever_a_filter_forbids(self):
        allow, errno, kill, trap, trace = 0x7FFF0000, 0x50001, 0x80000000, 0x30000, 0x7FF00000
        for filter, end in (
            (dict(default=allow, exit_group=errno), 1),
            (dict(default=errno, sendto=allow, exit=allow), 1),
            (dict(default=allow, exit_group=errno, exit=errno), FAULT),
            (dict(default=errno), FAULT),
            (dict(default=trace), FAULT),
            (dict(default=kill), -SIGSYS),
            (dict(default=trap), -SIGSYS),
            (dict(default=allow, exit_group=trap), -SIGSYS),
        ):
            program = Program((), STATUS).seccomp(**filter).execve("/nonexistent")
            self.assertEqual(self.run_image(program.image())[0], end, filter)


if __name__ == "__main__":
    unittest.main()
