/* Names of object identifiers and of other numbers in certificates. */
#ifndef PCAPDEX_DISSECTORS_X509_OIDS_H
#define PCAPDEX_DISSECTORS_X509_OIDS_H

#include <stdint.h>

#define X509_OID_MAX 256

/* An object identifier's contents as "1.2.840"; what is too long is cut. */
void x509_oid_text(char text[X509_OID_MAX], const uint8_t *octets, uint32_t n);

/* Its name, or the first number as a name and the rest as it is ("iso.2.840"), for which `oid` is changed. */
const char *x509_oid_name(char oid[X509_OID_MAX]);

/* The label of an attribute that is always the same kind of text; NULL when it is one of several. */
const char *x509_attribute_label(const char *oid);

/* A log of certificate transparency by its id. */
const char *x509_log_name(const uint8_t id[32]);

#endif
