/* Wireshark's Expert Information of a layer: what is remarkable in it, as fields _ws.expert.* of its record.
 * All of them follow from other columns; nothing is stored for them. The names are those of the Expert
 * Information: the view `expert` has all items of an archive. */
#ifndef PCAPDEX_EXPERT_H
#define PCAPDEX_EXPERT_H

#include "schema/kind.h"

/* Wireshark's numbers. As text, for SQL. */
#define EXPERT_CHAT  "2097152"
#define EXPERT_NOTE  "4194304"
#define EXPERT_WARN  "6291456"
#define EXPERT_ERROR "8388608"

#define EXPERT_CHECKSUM   "16777216"
#define EXPERT_SEQUENCE   "33554432"
#define EXPERT_UNDECODED  "83886080"
#define EXPERT_MALFORMED  "117440512"
#define EXPERT_PROTOCOL   "150994944"
#define EXPERT_SECURITY   "167772160"
#define EXPERT_DECRYPTION "201326592"
#define EXPERT_ASSUMPTION "218103808"
#define EXPERT_DEPRECATED "234881024"

/* expert.c */
extern const struct value_name expert_severity_names[], expert_group_names[];

/* The four fields of an item, at `at` to `at` + 3 of a field table: SQL expressions give its text, severity
 * and group; a text of NULL, and there is no item. */
#define EXPERT_FIELDS                          4
#define EXPERT_ITEM(at, text, severity, group) EXPERT_ITEM_IN(at, 0, text, severity, group)

/* The same of what part `in` of the record tells alone: its rows are few, and others need not be looked at.
 */
#define EXPERT_ITEM_IN(at, in, text, severity, group)                                                        \
	[at] = { EXPERT_NAME, "Expert Info", KIND_NONE, .generated = true, .hidden = true, .part = in,       \
		.sql = "CASE WHEN (" text ") IS NOT NULL THEN 1 END" },                                      \
	[(at) + 1] = { EXPERT_NAME ".message", "Message", KIND_TEXT, .generated = true, .hidden = true,      \
		.part = in, .sql = text },                                                                   \
	[(at) + 2] = { EXPERT_NAME ".severity", "Severity level", KIND_UINT, .octets = 4, .generated = true, \
		.hidden = true, .part = in, .sql = "CASE WHEN (" text ") IS NOT NULL THEN " severity " END", \
		.names = expert_severity_names },                                                            \
	[(at) + 3] = { EXPERT_NAME ".group", "Group", KIND_UINT, .octets = 4, .generated = true,             \
		.hidden = true, .part = in, .sql = "CASE WHEN (" text ") IS NOT NULL THEN " group " END",    \
		.names = expert_group_names }

/* A record of nothing but one more item of the layer, for a field table that has one already. */
#define EXPERT_IF(condition, text) "CASE WHEN " condition " THEN " text " END"

#endif
