/* PostgreSQL's frontend/backend protocol, version 3: messages of a type and a length; the first of the client
 * has no type. To a request for TLS the server answers with a single octet.
 *
 *      0    1               5
 *     +----+---------------+------- - -
 *     |type| length        | by type
 *     +----+---------------+------- - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_pgsql, proto_tls;

enum {
	PGSQL_FRONTEND,
	PGSQL_TYPE,
	PGSQL_LENGTH,
	PGSQL_QUERY,
	PGSQL_TAG,
	PGSQL_AUTHTYPE,
	PGSQL_PASSWORD,
	PGSQL_VERSION_MAJOR,
	PGSQL_VERSION_MINOR,
	PGSQL_STATEMENT,
	PGSQL_PORTAL,
	PGSQL_NFIELDS
};
static const struct value_name pgsql_authtype_names[] = { { 0, "Success" }, { 1, "Kerberos V4" },
	{ 2, "Kerberos V5" }, { 3, "Plaintext password" }, { 4, "crypt()ed password" }, { 5, "MD5 password" },
	{ 6, "SCM credentials" }, { 7, "GSSAPI" }, { 8, "GSSAPI/SSPI continue" }, { 9, "SSPI" },
	{ 10, "SASL" }, { 11, "SASL continue" }, { 12, "SASL complete" }, { 0, NULL } };
static const struct field pgsql_fields[PGSQL_NFIELDS] = {
	[PGSQL_FRONTEND] = { "pgsql.frontend", "Frontend", KIND_BOOL },
	[PGSQL_TYPE] = { "pgsql.type", "Type", KIND_TEXT },
	[PGSQL_LENGTH] = { "pgsql.length", "Length", KIND_UINT, .octets = 4 },
	[PGSQL_QUERY] = { "pgsql.query", "Query", KIND_TEXT },
	[PGSQL_TAG] = { "pgsql.tag", "Tag", KIND_TEXT },
	[PGSQL_AUTHTYPE] = { "pgsql.authtype", "Authentication type", KIND_UINT, .octets = 4,
		.names = pgsql_authtype_names },
	[PGSQL_PASSWORD] = { "pgsql.password", "Password", KIND_TEXT },
	[PGSQL_VERSION_MAJOR] = { "pgsql.version_major", "Protocol major version", KIND_UINT, .octets = 2,
		.part = 1 },
	[PGSQL_VERSION_MINOR] = { "pgsql.version_minor", "Protocol minor version", KIND_UINT, .octets = 2,
		.part = 1 },
	[PGSQL_STATEMENT] = { "pgsql.statement", "Statement", KIND_TEXT },
	[PGSQL_PORTAL] = { "pgsql.portal", "Portal", KIND_TEXT },
};

enum { PARAM_PARAMETER_NAME, PARAM_PARAMETER_VALUE, PARAM_NFIELDS };
static const struct field param_fields[PARAM_NFIELDS] = {
	[PARAM_PARAMETER_NAME] = { "pgsql.parameter_name", "Parameter name", KIND_TEXT },
	[PARAM_PARAMETER_VALUE] = { "pgsql.parameter_value", "Parameter value", KIND_TEXT },
};

enum { ERROR_SEVERITY, ERROR_CODE, ERROR_MESSAGE, ERROR_DETAIL, ERROR_HINT, ERROR_NFIELDS };
static const struct field error_fields[ERROR_NFIELDS] = {
	[ERROR_SEVERITY] = { "pgsql.severity", "Severity", KIND_TEXT },
	[ERROR_CODE] = { "pgsql.code", "Code", KIND_TEXT },
	[ERROR_MESSAGE] = { "pgsql.message", "Message", KIND_TEXT },
	[ERROR_DETAIL] = { "pgsql.detail", "Detail", KIND_TEXT },
	[ERROR_HINT] = { "pgsql.hint", "Hint", KIND_TEXT },
};

static const struct record pgsql_records[] = {
	{ "pgsql", RECORD_LAYER, PGSQL_NFIELDS, pgsql_fields, (const char *const[]) { "startup", NULL } },
	{ "pgsql_parameter", RECORD_CHILD, PARAM_NFIELDS, param_fields, NULL },
	{ "pgsql_error", RECORD_CHILD, ERROR_NFIELDS, error_fields, NULL },
};

static const struct value_name frontend_types[] = { { 'p', "Password message" }, { 'Q', "Simple query" },
	{ 'P', "Parse" }, { 'B', "Bind" }, { 'E', "Execute" }, { 'D', "Describe" }, { 'C', "Close" },
	{ 'H', "Flush" }, { 'S', "Sync" }, { 'F', "Function call" }, { 'd', "Copy data" },
	{ 'c', "Copy completion" }, { 'f', "Copy failure" }, { 'X', "Termination" }, { 0, NULL } };

static const struct value_name backend_types[] = { { 'R', "Authentication request" },
	{ 'K', "Backend key data" }, { 'S', "Parameter status" }, { '1', "Parse completion" },
	{ '2', "Bind completion" }, { '3', "Close completion" }, { 'C', "Command completion" },
	{ 't', "Parameter description" }, { 'T', "Row description" }, { 'D', "Data row" },
	{ 'I', "Empty query" }, { 'n', "No data" }, { 'E', "Error" }, { 'N', "Notice" },
	{ 's', "Portal suspended" }, { 'Z', "Ready for query" }, { 'A', "Notification" },
	{ 'V', "Function call response" }, { 'G', "CopyIn response" }, { 'H', "CopyOut response" },
	{ 'd', "Copy data" }, { 'c', "Copy completion" }, { 'v', "Negotiate protocol version" },
	{ 0, NULL } };

#define PORT        5432
#define SSL_REQUEST 80877103
#define CANCEL      80877102
#define GSS_REQUEST 80877104

struct pgsql_flow {
	bool tls_asked;
};

static const char *name_of(const struct value_name *names, uint32_t type)
{
	for (; names->name; names++)
		if ((uint32_t)names->value == type)
			return names->name;
	return "Unknown";
}

static void string(struct row *r, unsigned field, struct cursor *c)
{
	const uint8_t *p = cur_avail(c) ? memchr(c->data + c->pos, 0, cur_avail(c)) : NULL;
	uint32_t n = p ? (uint32_t)(p - c->data) - c->pos : cur_left(c);
	row_string(r, field, c, n);
	cur_skip(c, 1);
}

static void startup(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint64_t code;
	const char *type = "Startup message";
	struct pgsql_flow *f = pkt_flow(pkt, &proto_pgsql);
	row_be(r, PGSQL_LENGTH, c, 4);
	if (cur_peek(c, 0, 4, &code) && (code == SSL_REQUEST || code == GSS_REQUEST || code == CANCEL)) {
		type = code == SSL_REQUEST ? "SSL request"
		       : code == CANCEL    ? "Cancel request"
					   : "GSS encrypt request";
		if (f && code != CANCEL)
			f->tls_asked = true;
		row_text(r, PGSQL_TYPE, type, strlen(type), NULL, 0);
		return;
	}
	row_text(r, PGSQL_TYPE, type, strlen(type), NULL, 0);
	row_be(r, PGSQL_VERSION_MAJOR, c, 2);
	row_be(r, PGSQL_VERSION_MINOR, c, 2);
	while (cur_avail(c) > 1 && c->data[c->pos]) {
		struct row *p = row_open(pkt, &proto_pgsql, 1);
		string(p, PARAM_PARAMETER_NAME, c);
		string(p, PARAM_PARAMETER_VALUE, c);
	}
}

static void error(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_pgsql, 2);
	while (cur_avail(c) > 1 && c->data[c->pos]) {
		uint32_t what = (uint32_t)cur_be(c, 1);
		unsigned field = what == 'S'   ? ERROR_SEVERITY
				 : what == 'C' ? ERROR_CODE
				 : what == 'M' ? ERROR_MESSAGE
				 : what == 'D' ? ERROR_DETAIL
				 : what == 'H' ? ERROR_HINT
					       : ERROR_NFIELDS;
		if (field < ERROR_NFIELDS) {
			string(r, field, c);
			continue;
		}
		const uint8_t *p = cur_avail(c) ? memchr(c->data + c->pos, 0, cur_avail(c)) : NULL;
		cur_skip(c, p ? (uint32_t)(p - c->data) - c->pos + 1 : cur_left(c));
	}
}

static enum verdict pgsql_dissect(struct packet *pkt, struct cursor *c)
{
	bool frontend = pkt->dstport == PORT;
	struct row *r = row_open(pkt, &proto_pgsql, 0);
	row_set(r, PGSQL_FRONTEND, frontend);
	uint64_t type = 0;
	cur_peek(c, 0, 1, &type);
	bool first = !pkt->layers[pkt->current].again;
	if (first)
		info_set(pkt, "%s", frontend ? ">" : "<");
	if (!frontend && c->len == 1) {
		/* The answer to a request for TLS is a single octet. */
		if (type == 'S')
			pkt_speak(pkt, &proto_tls);
		return MINE;
	}
	if (type == 0 && frontend) {
		startup(pkt, r, c);
		return MINE;
	}
	info_add(pkt, first ? "%c" : "/%c", (int)type);
	const char *name = name_of(frontend ? frontend_types : backend_types, (uint32_t)type);
	row_text(r, PGSQL_TYPE, name, strlen(name), c->data, 1);
	cur_skip(c, 1);
	row_be(r, PGSQL_LENGTH, c, 4);
	if (frontend && type == 'Q') {
		string(r, PGSQL_QUERY, c);
	} else if (frontend && type == 'P') {
		string(r, PGSQL_STATEMENT, c);
		string(r, PGSQL_QUERY, c);
	} else if (frontend && type == 'B') {
		string(r, PGSQL_PORTAL, c);
		string(r, PGSQL_STATEMENT, c);
	} else if (frontend && type == 'p') {
		string(r, PGSQL_PASSWORD, c);
	} else if (!frontend && type == 'C') {
		string(r, PGSQL_TAG, c);
	} else if (!frontend && type == 'R') {
		row_be(r, PGSQL_AUTHTYPE, c, 4);
	} else if (!frontend && (type == 'E' || type == 'N')) {
		error(pkt, c);
	} else if (!frontend && type == 'S') {
		struct row *p = row_open(pkt, &proto_pgsql, 1);
		string(p, PARAM_PARAMETER_NAME, c);
		string(p, PARAM_PARAMETER_VALUE, c);
	}
	return MINE;
}

static uint32_t pgsql_length(struct packet *pkt, const struct cursor *c)
{
	struct pgsql_flow *f = pkt_flow(pkt, &proto_pgsql);
	if (f && f->tls_asked && pkt->srcport == PORT) {
		f->tls_asked = false;
		if (c->len == 1)
			return 1;
	}
	if (c->cap < 5)
		return 0;
	/* A length that is no length: whatever is there. */
	uint32_t n = c->data[0] ? be32(c->data + 1) : be32(c->data);
	if (n < 4)
		return c->len;
	return c->data[0] ? n + 1 : n;
}

static const struct pdu pgsql_pdu = { .min = 1, .length = pgsql_length };

static const struct claim pgsql_claims[] = { { CLAIM_TCP_PORT, 5432 }, { 0 } };

const struct protocol proto_pgsql = {
	.name = "pgsql",
	.title = "PostgreSQL",
	.column = "PGSQL",
	.help = "Asks PostgreSQL databases.",
	.id = PROTO_ID_pgsql,
	.records = pgsql_records,
	.nrecords = 3,
	.claims = pgsql_claims,
	.dissect = pgsql_dissect,
	.pdu = &pgsql_pdu,
	.flow_size = sizeof(struct pgsql_flow),
};
