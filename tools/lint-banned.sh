#!/usr/bin/env bash
# Functions that overrun, stop at nothing or depend on the machine's place and language. Ours:
# buf and arena_printf for text, text_int for numbers, civil for days, ctx_random for chance.
. "$(dirname "$0")/lint-lib.sh"

banned='strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|strtok|gets'
banned+='|atoi|atol|atoll|atof|scanf|sscanf|fscanf|alloca|setlocale'
banned+='|localtime|localtime_r|gmtime|mktime|ctime|asctime|strptime'
banned+='|rand|srand|random|srandom|drand48|tmpnam|tempnam|mktemp|system|popen'

faults=3
bad() {
	printf 'int f(char *a)\n{\n\tstrcpy(a, "x");\n\treturn atoi (a);\n}\n' >src/x.c
	printf '/* strcpy(a, b) */\nint x_atoi(void);\nconst char *s = "gets(x)";\n' >src/ok.c
	printf 'int g(void) { return system("ls"); }\n' >src/y.c
}
look() {
	c_files src | xargs -r awk -v want=code -f "$tools/c-text.awk" |
		grep -E "(^|[^A-Za-z0-9_.>])($banned) *\(" |
		sed -E "s/^([^:]*:[0-9]*):.*[^A-Za-z0-9_.>]($banned) *\(.*/\1: \2() is banned/"
}
lint "$@"
