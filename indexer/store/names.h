/* Names of columns and tables, made from the protocols' field tables. */
#ifndef PCAPDEX_STORE_NAMES_H
#define PCAPDEX_STORE_NAMES_H

#include "schema/kind.h"

#define NAME_MAX_LEN 128

/* Column of a field: its name without the protocol's, dots as underscores (tcp.options.mss_val:
 * options_mss_val). A field of another protocol's family keeps all of it (x509sat.uTF8String in tls:
 * x509sat_uTF8String). */
void column_name(char out[NAME_MAX_LEN], const char *protocol, const struct field *f);

/* Which rows of a record a table has. */
enum table_role { TABLE_MAIN, TABLE_PART, TABLE_MORE };

/* t_NAME, t_NAME_PART, t_NAME_more. */
void table_name(char out[NAME_MAX_LEN], const struct record *rec, enum table_role role, unsigned part);

/* Parts 1 ... record_parts(): as many as the record names. */
unsigned record_parts(const struct record *rec);

/* The tables of a record that are there as tables: the main one first, then parts, further layers last. An
 * inlined part is a view of the main one. */
struct record_table {
	enum table_role role;
	unsigned part; /* of TABLE_PART */
};
#define RECORD_TABLES_MAX 9

/* Gives how many. */
unsigned record_tables(const struct record *rec, struct record_table out[RECORD_TABLES_MAX]);

/* Does the table have a column for the field of the record? */
bool table_has(const struct record *rec, const struct field *f, enum table_role role, unsigned part);

#endif
