/* What the files of detail share. */
#ifndef PCAPDEX_QUERY_DETAIL_INTERNAL_H
#define PCAPDEX_QUERY_DETAIL_INTERNAL_H

#include "indexer/store/names.h"
#include "indexer/store/raw.h"
#include "query/detail.h"
#include "query/replay.h"
#include "schema/catalogue.h"

/* A column of a table reader: a field of the catalogue. */
struct column {
	struct catalogue_field field; /* only what is needed here */
	const struct field *def; /* the dissector's own description, NULL when it has none of this name */
};

/* One table of a protocol's record, and the statement that reads a frame's rows of it. */
struct table {
	const struct protocol *proto;
	const struct record *record;
	enum table_role role;
	struct column *columns;
	unsigned ncolumns;
	sqlite3_stmt *exists, *rows; /* rows is prepared when it is first needed */
	char *select;
};

struct detail_reader {
	struct session *session;
	struct frame_store *frames;
	int64_t capture_id;
	struct raw *raw; /* opened when it is first needed */
	sqlite3_stmt *stack, *value_name;
	struct table *tables;
	unsigned ntables;
	struct detail detail;
	struct detail_row **list; /* of this frame */
	unsigned nrows;
	void **pool; /* what the detail is made of */
	size_t npool, pool_size;
	bool failed;
	struct replay *replay; /* the capture, dissected once more up to the frame */
	struct tree tree;
};

/* Memory that lives as long as the frame that was read; takes what malloc() gave, and notes a failure. */
void *detail_keep(struct detail_reader *r, void *p);

/* Rows to layers, by the frame's stack; 0, or -1 when SQLite failed. */
int detail_add_layers(struct detail_reader *r);

/* Dissect up to the frame to learn where values stand, and sort them so. 0, or -1 after a message. */
int detail_place(struct detail_reader *r, const struct selected_capture *capture);

#endif
