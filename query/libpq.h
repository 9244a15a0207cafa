/* libpq, loaded when a server is first asked (query/render/loaded.h): pq.exec() is PQexec(). */
#ifndef PCAPDEX_QUERY_LIBPQ_H
#define PCAPDEX_QUERY_LIBPQ_H
#if HAVE_PQ

#include <libpq-fe.h>
#include <stdbool.h>

/* clang-format off */
#define LIBPQ_FUNCTIONS(X) \
	X(clear) X(conninfoFree) X(conninfoParse) X(connectdb) X(connectionUsedPassword) X(db) X(errorMessage) X(exec) \
	X(execParams) X(finish) X(getResult) X(getisnull) X(getlength) X(getvalue) X(host) X(ntuples) X(pass) X(port) \
	X(putCopyData) X(putCopyEnd) X(resultErrorField) X(resultStatus) X(setClientEncoding) X(setNoticeProcessor) \
	X(status) X(user)
/* clang-format on */

struct libpq {
#define X(name) __typeof__(PQ##name) *name;
	LIBPQ_FUNCTIONS(X)
#undef X
};
extern struct libpq pq;

/* Before any of them is called; server_connect() does. false, with a message of at most 512 octets: not
 * installed. */
bool libpq_load(char *message);

#endif
#endif
