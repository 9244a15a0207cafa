#include "indexer/store/names.h"

#include <stdio.h>
#include <string.h>

void column_name(char out[NAME_MAX_LEN], const char *protocol, const struct field *f)
{
	const char *name = f->name;
	size_t n = strlen(protocol);
	if (strncmp(name, protocol, n) == 0 && name[n] == '.')
		name += n + 1;
	snprintf(out, NAME_MAX_LEN, "%s", name);
	for (char *p = out; *p; p++)
		if (*p == '.' || *p == '-')
			*p = '_';
}

void table_name(char out[NAME_MAX_LEN], const struct record *rec, enum table_role role, unsigned part)
{
	const char *suffix = role == TABLE_MORE ? "more" : role == TABLE_PART ? rec->parts[part - 1] : NULL;
	snprintf(out, NAME_MAX_LEN, suffix ? "t_%s_%s" : "t_%s", rec->name, suffix);
	for (char *p = out; *p; p++)
		if (*p == '.' || *p == '-')
			*p = '_';
}

unsigned record_parts(const struct record *rec)
{
	unsigned n = 0;
	while (rec->parts && rec->parts[n])
		n++;
	return n;
}

unsigned record_tables(const struct record *rec, struct record_table out[RECORD_TABLES_MAX])
{
	unsigned n = 0;
	out[n++] = (struct record_table) { TABLE_MAIN, 0 };
	if (rec->shape != RECORD_LAYER)
		return n;
	for (unsigned part = 1; part <= record_parts(rec) && n < RECORD_TABLES_MAX - 1; part++)
		if (part != rec->inlined)
			out[n++] = (struct record_table) { TABLE_PART, part };
	if (strcmp(rec->name, "frame") != 0) /* there is one a frame */
		out[n++] = (struct record_table) { TABLE_MORE, 0 };
	return n;
}

bool table_has(const struct record *rec, const struct field *f, enum table_role role, unsigned part)
{
	if (!field_is_stored(f))
		return false;
	if (role == TABLE_PART)
		return f->part == part;
	return role == TABLE_MORE || f->part == 0 || f->part == rec->inlined;
}
