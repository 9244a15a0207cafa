/* Kerberos: what its files share. */
#ifndef PCAPDEX_DISSECTORS_KERBEROS_H
#define PCAPDEX_DISSECTORS_KERBEROS_H

#include "indexer/packet.h"

extern const struct protocol proto_kerberos, proto_krb4;

/* Does it look like a message of version 4? */
bool krb4_is(const struct cursor *c);

/* Public key authentication (RFC 4556): contents of PA-PK-AS-REQ. */
void pkinit_padata(struct packet *pkt, struct cursor c);

enum {
	KRB_PVNO,
	KRB_MSG_TYPE,
	KRB_RM_LENGTH,
	KRB_KDC_OPTIONS,
	KRB_AP_OPTIONS,
	KRB_CREALM,
	KRB_TILL,
	KRB_RTIME,
	KRB_FROM,
	KRB_NONCE,
	KRB_ENCTYPES,
	KRB_TKT_VNO,
	KRB_ERROR_CODE,
	KRB_E_TEXT,
	KRB_CTIME,
	KRB_STIME,
	KRB_SUSEC,
	KRB_CUSEC,
	KRB_NFIELDS
};

enum {
	ITEM_NAME_TYPE,
	ITEM_CNAME,
	ITEM_SNAME,
	ITEM_REALM,
	ITEM_PADATA,
	ITEM_ETYPE,
	ITEM_KVNO,
	ITEM_CIPHER,
	ITEM_NFIELDS
};

#define KRB_RECORDS 2
extern const struct record krb_records[KRB_RECORDS];

#endif
