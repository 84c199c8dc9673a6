# Reads C and prints "file:line:" before each line of it, with
#	want=code     comments gone and the inside of string literals gone
#	want=both     comments gone
# or, with want=strings, one line for each string literal: file:line:the text between the quotes.
# Character constants are emptied except in want=both.
FNR == 1 { comment = 0 }
{
	rest = $0
	out = ""
	while (rest != "") {
		if (comment) {
			end = index(rest, "*/")
			if (end == 0) break
			rest = substr(rest, end + 2)
			comment = 0
			continue
		}
		if (!match(rest, /"|'|\/\*|\/\//)) {
			out = out rest
			break
		}
		out = out substr(rest, 1, RSTART - 1)
		start = substr(rest, RSTART, 1)
		if (start == "/") {
			if (substr(rest, RSTART, 2) == "//") break
			comment = 1
			rest = substr(rest, RSTART + 2)
			continue
		}
		rest = substr(rest, RSTART)
		if (start == "\"") match(rest, /^"([^"\\]|\\.)*"?/)
		else match(rest, /^'([^'\\]|\\.)*'?/)
		literal = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
		if (want == "both") out = out literal
		else out = out start start
		if (want == "strings" && start == "\"" && $0 !~ /^#[ \t]*include/)
			print FILENAME ":" FNR ":" substr(literal, 2, length(literal) - 2)
	}
	if (want != "strings") print FILENAME ":" FNR ":" out
}
