# Hool. GNU make 4.3, no configure step; `make help` lists the targets, ./check runs everything.
#
# Every src/**/*.c belongs to the program; x_test.c and src/base/test.c only to the unit tests.
# All that is made goes to $(B). Set B, CC, OPT or SAN to build another way beside it.

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

CC = gcc
CLANG = clang-14
B ?= build
OPT ?= -O2 -g
SAN ?=
# make V=1 shows the commands themselves.
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-8s%s\n' '$1' '$2')

PKGS := sqlite3 libpq libmicrohttpd yaml-0.1 libsodium libxml-2.0 libzip cairo pangocairo jansson \
	xlsxwriter zlib libcurl libcrypto libqrencode libseccomp
PKG_FLAGS := $(shell pkg-config --cflags-only-I $(PKGS) | sed 's/-I/-isystem /g')
LIBS := $(shell pkg-config --libs $(PKGS)) -lpthread -lm
ifeq ($(strip $(PKG_FLAGS)),)
ifeq ($(filter clean help,$(MAKECMDGOALS)),)
$(error Libraries are missing. ./check and ./demo install them; tools/packages.txt lists them)
endif
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wconversion -Wformat=2 \
	-Wundef -Wswitch-enum -Wnull-dereference -Werror
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
# Fortify needs optimised code and hides faults from the sanitizers.
HARDEN += $(if $(SAN),,$(if $(findstring -O0,$(OPT)),,-D_FORTIFY_SOURCE=2))
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
BASE_FLAGS := -std=c17 -D_GNU_SOURCE -Isrc $(PKG_FLAGS)
COMPILE = $(CC) $(BASE_FLAGS) $(OPT) $(WARN) $(HARDEN) $(SAN)

SRC := $(shell find src -name '*.c' | LC_ALL=C sort)
TEST_SRC := $(filter %_test.c src/base/test.c,$(SRC))
MAIN_SRC := $(filter src/main.c,$(SRC))
LIB_SRC := $(filter-out $(TEST_SRC) $(MAIN_SRC),$(SRC))
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
BENCH_SRC := $(wildcard bench/*.c)

# Files compiled into the program: table, folder cut from the names, files.
SETS := static schema types rules po
STRIP_static := src/web/static/
STRIP_schema := src/db/schema/
sorted_find = $(if $(wildcard $1),$(shell find $1 -type f ! -name '.*' | LC_ALL=C sort))
FILES_static := $(call sorted_find,src/web/static)
FILES_schema := $(sort $(wildcard src/db/schema/*.sql))
FILES_types := $(sort $(wildcard types/*.yaml src/work/*/types/*.yaml))
FILES_rules := $(sort $(wildcard rules/*.yaml))
FILES_po := $(sort $(wildcard po/*.po))

object = $(patsubst src/%.c,$B/obj/%.o,$1)
GEN := $(SETS:%=$B/gen/embed_%.o)
LIB := $(call object,$(LIB_SRC)) $(GEN)
TESTS := $(call object,$(TEST_SRC))
MAIN := $(call object,$(MAIN_SRC))
FUZZ := $(patsubst tests/fuzz/%.c,$B/fuzz-%,$(FUZZ_SRC))
BENCH := $(patsubst bench/%.c,$B/bench-%,$(BENCH_SRC))

# A change of flags, or a file come or gone, shows in one of these lists, which are written only
# when they differ; whatever depends on them is then made anew.
same = $(and $(findstring x$1x,x$2x),$(findstring x$2x,x$1x))
keep = $(if $(call same,$(file <$1),$2),,$(shell mkdir -p $(dir $1))$(file >$1,$2))
ifneq ($(MAKECMDGOALS),clean)
$(call keep,$B/flags.list,with $(COMPILE) -- $(LINK) $(LIBS))
$(call keep,$B/objects.list,of $(SRC))
$(foreach s,$(SETS),$(call keep,$B/gen/$s.list,of $(FILES_$s)))
endif

.PHONY: all test check-asan asan asan-test fuzz fuzz-build fuzz-targets fuzz-one bench lint clang analyze check clean install deb help
all: $(if $(MAIN),$B/hool)

help:
	@echo 'make             build/hool'
	@echo 'make test        unit tests; make test T=queue only those with "queue" in the name'
	@echo 'make asan        build/asan/hool, under the address and undefined sanitizers'
	@echo 'make check-asan  unit tests under them'
	@echo 'make fuzz        every fuzz target for FUZZ_SECONDS (60)'
	@echo 'make bench       the programs of bench/'
	@echo 'make lint        one script a rule, tools/lint-*.sh'
	@echo 'make clang       every file through clang with the same warnings'
	@echo 'make analyze     gcc -fanalyzer over the lower layers'
	@echo 'make install     to $$(DESTDIR)$$(PREFIX), with the systemd unit'
	@echo 'make deb         the Debian package with its SBOM, in build/deb'
	@echo 'make clean'

$B/hool: $(LIB) $(MAIN) $B/objects.list
	$(call say,link,$@)
	$Q$(CC) $(SAN) $(LINK) -o $@ $(filter %.o,$^) $(LIBS)

$B/hool-test: $(LIB) $(TESTS) $B/objects.list
	$(call say,link,$@)
	$Q$(CC) $(SAN) $(LINK) -o $@ $(filter %.o,$^) $(LIBS) -lcmocka

$B/obj/%.o: src/%.c $B/flags.list
	$(call say,cc,$<)
	@mkdir -p $(@D)
	$Q$(COMPILE) -MMD -MP -c -o $@ $<

$B/gen/%.o: $B/gen/%.c $B/flags.list
	$(call say,cc,$<)
	$Q$(COMPILE) -MMD -MP -c -o $@ $<

.SECONDARY: $B/tools/embed $(SETS:%=$B/gen/embed_%.c)
.SECONDEXPANSION:
$B/gen/embed_%.c: $B/tools/embed $B/gen/%.list $$(FILES_$$*)
	$(call say,embed,$*)
	$Q$B/tools/embed $* '$(STRIP_$*)' $(FILES_$*) > $@

$B/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(call say,cc,$<)
	$Q$(CC) -std=c17 -D_GNU_SOURCE -O1 $(WARN) -o $@ $<

test: $B/hool-test
	@$B/hool-test $(T)

ASAN := B=$B/asan OPT='-O1 -g' \
	SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
# Leaks are looked for too; what cairo, pango and fontconfig keep for good is in tests/lsan.supp.
ASAN_ENV := ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
	UBSAN_OPTIONS=print_stacktrace=1 \
	LSAN_OPTIONS=print_suppressions=0$(if $(wildcard tests/lsan.supp),:suppressions=tests/lsan.supp)

asan:
	$Q$(MAKE) --no-print-directory $(ASAN) all

asan-test:
	$Q$(MAKE) --no-print-directory $(ASAN) build/asan/hool-test

check-asan: asan-test
	@$(ASAN_ENV) build/asan/hool-test $(T)

# Fuzz targets: tests/fuzz/x.c holds LLVMFuzzerTestOneInput; its corpus is tests/fuzz/x/. What the
# fuzzer finds new stays in build/corpus.
FUZZ_SECONDS ?= 60
FUZZ_MAX_LEN ?= 32768
FUZZ_CC ?= $(CLANG)
# The layers that read what comes from outside; with all of them the build took twice as long.
FUZZ_LIB := $(call object,$(foreach f,base db format http meta rule core keep, \
	$(filter src/$f/%,$(LIB_SRC)))) $(GEN)
FUZZ_MAKE := B=build/fuzz CC='$(FUZZ_CC)' OPT='-O1 -gline-tables-only' \
	SAN='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all'

# Bodies of the API become what a form would say: that is read by web/.
$B/fuzz-fuzz_api: $(call object,$(filter src/web/%,$(LIB_SRC)))

$B/fuzz-%: tests/fuzz/%.c $(FUZZ_LIB) $B/objects.list
	$(call say,fuzz,$<)
	$Q$(COMPILE) -Wno-missing-prototypes -fsanitize=fuzzer $(LINK) -MMD -MP -MF $@.d -o $@ $< \
		$(filter %.o,$^) $(LIBS)

fuzz-targets: $(FUZZ)

fuzz-build:
	$Q$(MAKE) --no-print-directory $(FUZZ_MAKE) fuzz-targets

# Seeds: ours, and what tests/fuzz/seeds.mjs made of the outside test material. Short runs leave out
# what long ones have gathered, for reading that alone would take them longer than they have.
fuzz-one:
	@mkdir -p build/corpus/$(NAME) build/corpus/$(NAME).short
	@echo "fuzz $(NAME)"
	@$(ASAN_ENV) build/fuzz/fuzz-$(NAME) -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
		-rss_limit_mb=1024 -max_len=$(FUZZ_MAX_LEN) -verbosity=0 -print_final_stats=1 \
		-artifact_prefix=build/corpus/crash-$(NAME)- \
		build/corpus/$(NAME)$(if $(filter-out 1 2 3 4 5 6 7 8 9,$(FUZZ_SECONDS)),,.short) \
		$(wildcard tests/fuzz/$(NAME) build/seeds/$(NAME))
	@rm -rf build/corpus/$(NAME).short

fuzz: fuzz-build
	@for f in $(FUZZ_SRC:tests/fuzz/%.c=%); do \
		$(MAKE) --no-print-directory fuzz-one NAME=$$f || exit 1; \
	done

$B/bench-%: bench/%.c $(LIB) $B/objects.list
	$(call say,bench,$<)
	$Q$(COMPILE) $(LINK) -MMD -MP -MF $@.d -o $@ $< $(filter %.o,$^) $(LIBS)

bench: $(BENCH)

# Beneath the program in tests/fault: calls that fail, wait or lie.
$B/fault-shim.so: tests/fault/shim.c
	$(call say,cc,$<)
	@mkdir -p $(@D)
	$Q$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Werror -fPIC -shared -o $@ $<

# Pages with every page part on them, to be looked at and held against axe by
# tests/browser/parts/check.mjs.
$B/parts-samples: tests/browser/parts/samples.c $(LIB) $B/objects.list
	$(call say,cc,$<)
	$Q$(COMPILE) $(LINK) -o $@ $< $(filter %.o,$^) $(LIBS)

.PHONY: samples
samples: $B/parts-samples
	@mkdir -p $B/samples
	@$B/parts-samples $B/samples

lint:
	@tools/lint.sh

# Other eyes on the same sources. A stamp a file, so that only what changed is looked at again.
CLANG_OK := $(patsubst src/%.c,$B/clang/%.ok,$(SRC))
clang: $(CLANG_OK)

$B/clang/%.ok: src/%.c $B/flags.list
	@mkdir -p $(@D)
	$(call say,clang,$<)
	$Q$(CLANG) $(BASE_FLAGS) -O2 $(WARN) -MD -MP -MF $(@:.ok=.d) -MT $@ -fsyntax-only $<
	@touch $@

# gcc 12's analyzer knows C well, but not cmocka's jumps: tests are left out. Nor can it know that
# fail() never returns OK, so what it says after a TRY of missing values is no news.
ANALYZE_OK := $(patsubst src/%.c,$B/analyze/%.ok,$(foreach f,base db format meta core, \
	$(filter src/$f/%,$(LIB_SRC))))
analyze: $(ANALYZE_OK)

$B/analyze/%.ok: src/%.c $B/flags.list
	@mkdir -p $(@D)
	$(call say,analyze,$<)
	$Q$(CC) $(BASE_FLAGS) -O1 -Werror -fanalyzer \
		-Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-null-dereference -MD -MP -MF $(@:.ok=.d) -MT $@ -c -o /dev/null $<
	@touch $@

check:
	./check

PREFIX ?= /usr/local
install: $B/hool
	install -D -m 755 $B/hool $(DESTDIR)$(PREFIX)/bin/hool
	install -d $(DESTDIR)/etc/systemd/system
	sed 's|/usr/bin/hool|$(PREFIX)/bin/hool|g' deploy/hool.service \
		> $(DESTDIR)/etc/systemd/system/hool.service
	install -D -m 644 deploy/hool.sysusers $(DESTDIR)/usr/lib/sysusers.d/hool.conf
	install -D -m 644 deploy/hool.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/hool.conf

# The Debian package. Built without the tree's place in it, so that any two builds of one commit
# give the same bytes.
DEB_OPT := -O2 -g -ffile-prefix-map=$(CURDIR)=.
deb:
	$Q$(MAKE) --no-print-directory B=build/deb OPT='$(DEB_OPT)' all
	@tools/deb.sh build/deb/hool build/deb

clean:
	rm -rf $B

-include $(patsubst %.o,%.d,$(LIB) $(TESTS) $(MAIN)) $(CLANG_OK:.ok=.d) $(ANALYZE_OK:.ok=.d) \
	$(FUZZ:=.d) $(BENCH:=.d)
