#ifndef PCAPDEX_DISSECTORS_XML_H
#define PCAPDEX_DISSECTORS_XML_H

/* Media types of XML, NULL behind the last. */
extern const char *const xml_types[];

#endif
