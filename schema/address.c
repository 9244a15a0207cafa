#include "schema/address.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "schema/kind.h"

void address_text(char out[64], uint8_t kind, const uint8_t *p, size_t len)
{
	if (kind == KIND_IPV4) {
		snprintf(out, 64, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	} else if (kind == KIND_IPV6) {
		inet_ntop(AF_INET6, p, out, 64);
	} else if (kind == KIND_TEXT) {
		snprintf(out, 64, "%.*s", (int)len, (const char *)p);
	} else {
		char *at = out;
		for (size_t i = 0; i < len && i < 20; i++)
			at += sprintf(at, i ? ":%02x" : "%02x", p[i]);
		*at = '\0';
	}
}
