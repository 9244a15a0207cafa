#include "query/fields_style.h"

#include <stdio.h>
#include <string.h>

#include "query/render/render.h"

/* "y" or "n". */
static bool set_switch(bool *to, const char *value)
{
	*to = *value == 'y';
	return strcmp(value, "y") == 0 || strcmp(value, "n") == 0;
}

/* One character; "/t" and "/s" for those that a shell takes away. */
static bool set_character(char *to, const char *value)
{
	if (strcmp(value, "/t") == 0 || strcmp(value, "/s") == 0) {
		*to = value[1] == 't' ? '\t' : ' ';
		return true;
	}
	*to = *value;
	return strlen(value) == 1;
}

/* One of these letters. */
static bool set_letter(char *to, const char *value, const char *letters)
{
	*to = *value;
	return strlen(value) == 1 && strchr(letters, *value);
}

bool fields_style_set(struct fields_style *style, const char *option)
{
	const char *equals = strchr(option, '='), *value = equals ? equals + 1 : "";
	size_t n = equals ? (size_t)(equals - option) : 0;
	char quote;
#define IS(name) (n == sizeof(name) - 1 && strncmp(option, name, n) == 0)
	if (IS("header"))
		return set_switch(&style->header, value);
	if (IS("bom"))
		return set_switch(&style->bom, value);
	if (IS("separator"))
		return set_character(&style->separator, value);
	if (IS("aggregator"))
		return set_character(&style->aggregator, value);
	if (IS("occurrence"))
		return set_letter(&style->occurrence, value, "fla");
	if (!IS("quote") || !set_letter(&quote, value, "dsn"))
		return false;
	style->quote = quote == 'd' ? '"' : quote == 's' ? '\'' : '\0';
	return true;
#undef IS
}

void fields_style_line(const struct fields_style *style, const char *const *cells, unsigned n, bool terminal)
{
	for (unsigned i = 0; i < n; i++) {
		bool quoted = style->quote && cells[i][0];
		if (i)
			putchar(style->separator);
		if (quoted)
			putchar(style->quote);
		if (terminal)
			render_visible_text(stdout, cells[i]);
		else
			fputs(cells[i], stdout);
		if (quoted)
			putchar(style->quote);
	}
	putchar('\n');
}

void fields_style_begin(const struct fields_style *style, const char *const *names, unsigned n)
{
	const struct fields_style plain = { .separator = style->separator };
	if (style->bom)
		fputs("\xef\xbb\xbf", stdout);
	if (style->header)
		fields_style_line(&plain, names, n, false);
}
