# make help says what there is. Everything runs as root or not; what needs root says so.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

ROOT := $(filter 0,$(shell id -u))
PREFIX ?= /usr/local
DESTDIR ?=
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
VERSION := $(shell sed -n 's:^  <version>\(.*\)</version>:\1:p' pom.xml)

# Recursive, so that only targets that use Java look for one.
JDK = $(eval JDK := $$(shell .mvn/find-jdk))$(or $(JDK),$(error no usable JDK))
LOG := -Dorg.slf4j.simpleLogger
PYTHON := PYTHONDONTWRITEBYTECODE=1 python3
MVN = JAVA_HOME=$(JDK) mvn -B -ntp -Dstyle.color=never $(LOG).defaultLogLevel=warn $(MAVEN_FLAGS)

JAVA_SOURCES := $(shell find runtime-core runtime-cli native-shims -name target -prune -o -path native-shims/out -prune \
    -o -type f \( -path '*/src/*' -o -name pom.xml -o -name Makefile \) -print) pom.xml .mvn/jvm.config

##@ Use
.PHONY: build
build: lib/jpod/brain.argv share/man/man1/jpod.1 ## Build bin/jpod and lib/jpod, runnable in this directory

.PHONY: demo
demo: build rootfs ## Show what jpod does, on containers from busybox
	@test-rootfs/demo.sh

.PHONY: lab-shell
lab-shell: build rootfs ## A shell in a throw-away machine with jpod, for docs/labs
	@test-rootfs/lab.sh

.PHONY: install
install: build ## Install below PREFIX (/usr/local), staged below DESTDIR if given
	@echo "==> install to $(DESTDIR)$(PREFIX)"
	@install -D -m 755 bin/jpod $(DESTDIR)$(PREFIX)/bin/jpod
	@rm -rf $(DESTDIR)$(PREFIX)/lib/jpod
	@install -d $(DESTDIR)$(PREFIX)/lib/jpod
	@# -p: the AOT cache knows its jars by size and time.
	@install -p -m 644 lib/jpod/* $(DESTDIR)$(PREFIX)/lib/jpod
	@install -D -m 644 runtime-cli/src/main/systemd/jpod.socket $(UNITS)/jpod.socket
	@sed 's:@BIN@:$(PREFIX)/bin:' runtime-cli/src/main/systemd/jpod.service.in | install -m 644 /dev/stdin $(UNITS)/jpod.service
	@[ ! -d share ] || (cd share && find . -type f -exec install -D -m 644 {} $(abspath $(DESTDIR)$(PREFIX))/share/{} \;)

##@ Test
.PHONY: test
test: test-host test-vm ## All tests: on this machine, then in the VM

.PHONY: test-host
test-host: build rootfs ## Unit and integration tests on this machine, and the format check
	@echo "==> test on this machine"
	@$(if $(ROOT),,echo "    not root: left out are the tests tagged root and those of the C program")
	@$(if $(ROOT),$(PYTHON) native-shims/test/hands_test.py native-shims/out)
	@$(MVN) $(LOG).log.org.apache.maven.plugin.surefire.SurefireMojo=info verify \
	    -Djpod.tests.excluded='vm$(if $(ROOT),, | root)' -Djpod.tests.complete=true

.PHONY: test-vm
test-vm: build rootfs ## Tests tagged vm, in a throw-away machine with pure cgroup v2
	@echo "==> test in the VM"
	@$(if $(ROOT),JAVA_HOME=$(JDK) test-rootfs/vm/tests.sh,echo "    not root: left out")

.PHONY: labs
labs: build rootfs ## Type every command of docs/labs, and compare what it prints
	@echo "==> labs"
	@$(if $(ROOT),$(MVN) $(LOG).log.org.apache.maven.plugin.surefire.SurefireMojo=info test -pl runtime-cli -am \
	    -Dtest='Lab*Test' -Dsurefire.failIfNoSpecifiedTests=false -Djpod.tests.excluded=vm -Djpod.tests.complete=true,echo "    not root: left out")

.PHONY: sanitize
sanitize: deps ## The C parts and their tests under ASan and UBSan
	@echo "==> C under sanitizers"
	@$(MAKE) -s -C native-shims asan
	@for test in native-shims/test/*.c; do [ ! -e $$test ] || native-shims/out/asan/$$(basename $$test .c); done
	@$(if $(ROOT),$(PYTHON) native-shims/test/hands_test.py native-shims/out/asan,echo "    not root: the tests of the hands are left out")

.PHONY: bench
bench: build rootfs ## Measure jpod beside runc, crun, bwrap and podman, here and in the VM, into docs/benchmarks.md (BENCH_RUNS=20: faster)
	@$(if $(ROOT),,echo "make bench needs root" >&2; exit 1)
	@missing=(); \
	need() { command -v $$2 >/dev/null || missing+=($$1); }; \
	need runc runc; need crun crun; need podman podman; need catatonit catatonit; need bubblewrap bwrap; need strace strace; \
	[ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins); \
	[ $${#missing[@]} = 0 ] || test-rootfs/apt.sh $${missing[@]}
	@$(MAKE) -s -C bench JDK=$(JDK) MVN='$(MVN)'
	@echo "==> bench"
	@$(JDK)/bin/java -cp $(CURDIR)/bench/out/classes Bench

##@ Work
.PHONY: deps
deps: ## Install what the build needs (called by the other targets)
	@missing=(); \
	need() { command -v $$2 >/dev/null || missing+=($$1); }; \
	need maven mvn; need gcc gcc; need musl-tools musl-gcc; need busybox-static busybox; need cpio cpio; \
	need python3 python3; need util-linux setpriv; need iproute2 ip; \
	[ -n "$$(ls /usr/lib/*/libnftables.so.1 2>/dev/null)" ] || missing+=(libnftables1); \
	[ -e /usr/include/stdio.h ] || missing+=(libc6-dev); \
	jdk=openjdk-25-jdk-headless; \
	.mvn/find-jdk >/dev/null 2>&1 || ! apt-cache show $$jdk >/dev/null 2>&1 || missing+=($$jdk); \
	[ $${#missing[@]} = 0 ] || test-rootfs/apt.sh $${missing[@]}
	@.mvn/find-jdk >/dev/null

.PHONY: format
format: deps ## Format the Java sources
	@echo "==> format"
	@$(MVN) spotless:apply

.PHONY: rootfs
rootfs: deps ## Build the root filesystems for tests and the demo
	@$(MAKE) -s -C test-rootfs

.PHONY: clean
clean: ## Delete everything that was built
	rm -rf bin lib share target */target native-shims/out test-rootfs/out bench/out

.PHONY: help
help: ## Show this
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# From here on: the runnable tree.

JARS := target/jars.stamp
TREE := target/tree.stamp

$(JARS): $(JAVA_SOURCES) | deps
	@echo "==> compile"
	@rm -rf runtime-cli/target/lib
	@$(MVN) package -DskipTests
	@touch $@

$(TREE): $(JARS)
	@mkdir -p bin lib/jpod
	@install native-shims/out/jpod bin/jpod
	@rm -f lib/jpod/*
	@install -p -m 644 runtime-cli/target/lib/*.jar runtime-cli/target/runtime-cli-$(VERSION).jar lib/jpod
	@install -p -m 644 native-shims/out/{libjpod.so,jpod-init} lib/jpod
	@$(JDK)/bin/java -cp 'lib/jpod/*' runtime-cli/src/main/tools/Prelink.java lib/jpod/{picocli,jackson-core,runtime-core,runtime-cli}-*.jar
	@touch $@

# bin/jpod reads brain.argv: one argument a line, the command that starts the JVM; @LIB@ stands for the directory of the file.
# IgnoreUnrecognizedVMOptions: a newer JDK may not know all of them; none changes what jpod does.
# -Xlog:disable: a stale or broken AOT cache costs time, it must not cost output. -MaxFDLimit: the soft limit on descriptors is
# the user's. The AOT cache is named only if there is one: without the file the JVM would not even use its own archive.
# The survivors' 2 MiB hold what eight commands at a time are about: what does not fit becomes old before it is garbage, and this
# collector grows the old generation up to -Xmx before it looks there. It shrinks when it is told to collect, which an idle brain does.
# ArchiveRelocationMode=0: the AOT cache lies where it was made for, so its pages stay the file's: 10 MiB less of our own.
# AOTReplayTraining: nothing was recorded to replay, and each class that is initialized would wake the thread that does it.
# TrimNativeHeapInterval, in ms: what the compiler has freed goes back to the kernel, 1 to 4 MiB.
# -cp, not -jar: the launcher would open the jar, in interpreted Java, to learn the name of the main class.
# -Dpicocli: it neither looks up by reflection how to convert what no option is, nor opens all jars for a Groovy that is not there.
brain = printf '%s\n' $(JDK)/bin/java -XX:+IgnoreUnrecognizedVMOptions -XX:+UseSerialGC -Xms20m -Xmn10m -XX:SurvivorRatio=3 -XX:TargetSurvivorRatio=90 -Xmx128m \
    -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:-ShrinkHeapInSteps -XX:TrimNativeHeapInterval=10000 \
    -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:-AOTReplayTraining -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:-MaxFDLimit \
    -Xlog:disable --enable-native-access=ALL-UNNAMED -Djava.library.path=@LIB@ -Djpod.shims=@LIB@ -Djpod.kernel=jni \
    '-Dpicocli.converters.excludes=.*' -Dpicocli.disable.closures=true $1 -cp @LIB@/runtime-cli-$(VERSION).jar io.jpod.server.Main

lib/jpod/brain.argv: lib/jpod/jpod.aot Makefile
	@$(call brain,$$([ ! -e $< ] || echo -XX:AOTCache=@LIB@/jpod.aot)) >$@

# Made from the same definitions as the commands themselves.
share/man/man1/jpod.1: lib/jpod/brain.argv
	@rm -rf share; mkdir -p share/bash-completion/completions
	@$(JDK)/bin/java -cp 'lib/jpod/*' io.jpod.cli.ManPages share/man/man1
	@JPOD_ONESHOT=1 bin/jpod completion bash >share/bash-completion/completions/jpod

# The JVM writes the cache when it ends, in a copy of the tree (hard links: it checks the jars' times): a resident one, which
# has seen a typical day. What it has counted would help another compiler than ours. The pipe stays open until it has written.
lib/jpod/jpod.aot: $(TREE) test-rootfs/train.sh | rootfs
	@echo "==> train the JVM"
	@rm -rf target/train; mkdir -p target/train; cp -al bin lib target/train
	@rm -f target/train/lib/jpod/{brain.argv,jpod.aot}
	@$(call brain,-XX:-AOTRecordTraining -XX:AOTCacheOutput=@LIB@/jpod.aot) >target/train/lib/jpod/brain.argv
	@test-rootfs/train.sh target/train/bin/jpod test-rootfs/out/busybox 2>&1 | cat >target/train/log || true
	@if [ -e target/train/lib/jpod/jpod.aot ]; then mv target/train/lib/jpod/jpod.aot $@; \
	else echo "    no AOT cache was made, so jpod starts more slowly; see target/train/log"; fi
