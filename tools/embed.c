/*
 * Writes a C file that holds other files as bytes:
 *
 *	embed NAME STRIP FILE… > embed_NAME.c
 *
 * gives `const struct embed_file embed_NAME[]` (see base/embed.h), one row a file. STRIP is taken
 * from the front of each name. A tool of the build, not part of the product.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
die(const char *path)
{
	fprintf(stderr, "embed: %s: %s\n", path, strerror(errno));
	exit(1);
}

/* The bytes of one file as an array; the NUL after them is not counted in the table. */
static void
write_bytes(const char *path, int number)
{
	FILE *f = fopen(path, "rb");
	int column = 0;
	int c;

	if (f == NULL)
		die(path);
	printf("static const unsigned char file_%d[] = {\n", number);
	while ((c = getc(f)) != EOF)
		printf("%d,%s", c, ++column % 24 == 0 ? "\n" : "");
	if (ferror(f))
		die(path);
	printf("0\n};\n");
	(void)fclose(f);
}

static const char *
without(const char *strip, const char *path)
{
	size_t n = strlen(strip);

	return strncmp(path, strip, n) == 0 ? path + n : path;
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: embed NAME STRIP FILE...\n");
		return 2;
	}
	printf("/* Made by tools/embed.c. */\n#include \"base/embed.h\"\n\n");
	for (int i = 3; i < argc; i++)
		write_bytes(argv[i], i);
	printf("\nconst struct embed_file embed_%s[] = {\n", argv[1]);
	for (int i = 3; i < argc; i++)
		printf("\t{ \"%s\", (const char *)file_%d, sizeof(file_%d) - 1 },\n",
		       without(argv[2], argv[i]), i, i);
	printf("\t{ NULL, NULL, 0 },\n};\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
