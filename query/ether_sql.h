/* Names of Ethernet addresses in SQL:
 *
 *     ether_name(TEXT)    the name of an address, "HonHaiPr_8d:47:d3"; what is none as it is
 *     ether_oui(INTEGER)  whom a block of 24 bits was assigned to; NULL where nobody is known
 *
 * The lists are read when the first one is asked for. */
#ifndef PCAPDEX_QUERY_ETHER_SQL_H
#define PCAPDEX_QUERY_ETHER_SQL_H

#include <sqlite3.h>

/* SQLITE_OK or an error. */
int ether_sql_register(sqlite3 *db);

#endif
