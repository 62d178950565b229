#!/usr/bin/env bash
# Runs the JUnit tests tagged vm of all modules inside the VM, in one JVM (a start takes a second in there).
#   tests.sh [CONSOLE LAUNCHER ARGUMENT...]     for instance: tests.sh --select-class io.jpod.cgroup.CgroupTest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
java=${JAVA_HOME:-$(.mvn/find-jdk)}/bin/java

# Main and test classes of every module, then what they depend on, as Maven has written it down.
classes=() path=
for module in */; do
    module=${module%/}
    [ -e "$module/target/test.classpath" ] || continue
    path+=$PWD/$module/target/classes:$(<"$module/target/test.classpath"):
    [ ! -d "$module/target/test-classes" ] || classes+=("$PWD/$module/target/test-classes")
done
if [ ${#classes[@]} = 0 ]; then
    echo "    no test classes: run make build first" >&2
    exit 1
fi
tests=$(IFS=:; echo "${classes[*]}")
# The launcher would sooner start and find nothing, but a machine costs seconds.
if ! grep -rqE 'Tag\("vm"\)' --include='*.java' */src/test 2>/dev/null; then
    echo "    there are no tests tagged vm"
    exit
fi
[ $# -gt 0 ] || set -- "--scan-classpath=$tests"

exec test-rootfs/vm/run.sh --timeout "${JPOD_VM_TIMEOUT:-3600}" -- \
    "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    "-Djpod.home=$PWD" -Djpod.tests.complete=true -Dslf4j.internal.verbosity=ERROR \
    -Djunit.jupiter.execution.timeout.default=40m -Djunit.jupiter.execution.timeout.thread.mode.default=SEPARATE_THREAD \
    -jar target/junit-console.jar execute --class-path "$tests:$path" \
    --include-tag vm --include-classname '.*Test' --details testfeed --disable-banner --disable-ansi-colors \
    --reports-dir test-rootfs/out/vm/results "$@"
