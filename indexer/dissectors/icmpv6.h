/* ICMPv6: icmpv6.c reads it, icmpv6_tree.c says how it is shown. */
#ifndef PCAPDEX_DISSECTORS_ICMPV6_H
#define PCAPDEX_DISSECTORS_ICMPV6_H

#include "indexer/layout.h"

extern const struct layout_line icmpv6_layout[];

#endif
