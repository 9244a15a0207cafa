#include "indexer/dissectors/tls_tree.h"
void x509_certificate_lines(const struct layout_octets *octets, layout_add *add, void *to)
{
	const struct layout_lines l = { add, to };
	layout_say_octets(&l, 0, "Certificate", octets->data, octets->n);
}
