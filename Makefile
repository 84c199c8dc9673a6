# Hool: `make` builds build/hool, `make test` the unit tests. ./check runs everything.
CC ?= gcc
PKGS := sqlite3 libmicrohttpd yaml-0.1 libsodium libxml-2.0 libzip cairo pangocairo jansson
CPPFLAGS_OWN := -D_GNU_SOURCE -Isrc -Ibuild/gen $(shell pkg-config --cflags-only-I $(PKGS) | sed 's/-I/-isystem /g')
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wconversion \
	-Wformat=2 -Wundef -Wswitch-enum -Wnull-dereference -Werror
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
OPT ?= -O2 -g
CFLAGS_OWN := -std=c17 $(OPT) $(WARN) $(HARDEN) $(SAN)
LIBS := $(shell pkg-config --libs $(PKGS)) -lpthread -lm
B ?= build
