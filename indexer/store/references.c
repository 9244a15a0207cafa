#include "indexer/store/references.h"

#include <string.h>

#include "indexer/store/names.h"

typedef int (*each_fn)(void *ctx, const char *table, const char *column, enum dictionary dictionary);

static int of_table(const char *protocol, const struct record *rec, enum table_role role, unsigned part,
	each_fn each, void *ctx)
{
	char table[NAME_MAX_LEN], column[NAME_MAX_LEN];
	int rc = 0;
	table_name(table, rec, role, part);
	for (unsigned i = 0; rc == 0 && i < rec->nfields; i++) {
		int d = dictionary_of(rec->fields[i].kind);
		if (d < 0 || !table_has(rec, &rec->fields[i], role, part))
			continue;
		column_name(column, protocol, &rec->fields[i]);
		rc = each(ctx, table, column, (enum dictionary)d);
	}
	return rc;
}

int references_each(const struct protocol *const *protocols, size_t n, each_fn each, void *ctx)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < core_nreferences; i++)
		rc = each(ctx, core_references[i].table, core_references[i].column,
			core_references[i].dictionary);
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; rc == 0 && protocols[i] && k < protocols[i]->nrecords; k++) {
			const struct record *rec = &protocols[i]->records[k];
			struct record_table tables[RECORD_TABLES_MAX];
			unsigned count = record_tables(rec, tables);
			for (unsigned t = 0; rc == 0 && t < count; t++)
				rc = of_table(
					protocols[i]->name, rec, tables[t].role, tables[t].part, each, ctx);
		}
	}
	return rc;
}
