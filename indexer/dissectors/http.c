/* HTTP/1.x, RFC 9112, and SSDP (UPnP Device Architecture), which has its form in UDP datagrams: messages,
 * requests and their responses, and what a connection goes on to speak (CONNECT, Upgrade).
 *
 *     start line CR LF
 *     *( header CR LF )
 *     CR LF
 *     [ body ]
 *
 * Which response belongs to which request is told as Wireshark tells it: a response belongs to the last
 * request that has none yet, and where a frame has several messages, all show what the last of them belongs
 * to. */
#include <string.h>
#include <strings.h>

#include "indexer/dissectors/http.h"

extern const struct protocol proto_data, proto_http2;

struct row *http_row(struct http_message *m)
{
	if (!m->row) {
		m->row = row_open(m->pkt, &proto_http, HTTP_MESSAGE);
		pkt_layer(m->pkt)->row = m->row;
	}
	return m->row;
}

/* ---- requests and responses ---- */

static uint64_t layer_bit(const struct row *row)
{
	return row->layer <= 64 ? UINT64_C(1) << (row->layer - 1) : 0;
}

static void set_late(struct packet *pkt, unsigned record, uint32_t frame, uint64_t layers)
{
	for (; frame && layers; layers &= layers - 1)
		row_set(row_open_late(
				pkt, &proto_http, record, frame, (uint16_t)(__builtin_ctzll(layers) + 1)),
			0, pkt->number);
}

/* Set, or take back where the value is 0. */
static void set_again(struct row *row, unsigned field, int64_t value)
{
	row->set[field >> 6] &= ~(UINT64_C(1) << (field & 63));
	if (value)
		row_set(row, field, value);
}

/* All messages of this frame show the exchange of the last one. */
static void show_exchange(struct packet *pkt, struct http_flow *flow)
{
	struct http_exchange *e = &flow->last, *before = &flow->before;
	uint64_t requests = 0, responses = 0;
	for (int i = 0; i < pkt->nlayers; i++) {
		struct row *row = pkt->layers[i].row;
		if ((pkt->layers[i].proto != &proto_http && pkt->layers[i].proto != &proto_ssdp) || !row ||
			!row_has(row, MESSAGE_TYPE) || row->v[MESSAGE_TYPE] == HTTP_NOTIFICATION)
			continue;
		bool response = row->v[MESSAGE_TYPE] == HTTP_RESPONSE;
		*(response ? &responses : &requests) |= layer_bit(row);
		set_again(row, MESSAGE_NUMBER, e->number);
		set_again(row, MESSAGE_PREV_REQUEST_IN, before->request_frame);
		if (!response)
			continue;
		set_again(row, MESSAGE_PREV_RESPONSE_IN, before->response_frame);
		set_again(row, MESSAGE_REQUEST_IN, e->request_frame);
		set_again(row, MESSAGE_TIME, 0);
		if (e->request_frame)
			row_set(row, MESSAGE_TIME, pkt->time_ns - e->time_ns);
	}
	if (e->request_frame == pkt->number)
		e->request_layers = requests;
	if (e->response_frame == pkt->number)
		e->response_layers = responses;
}

static void match(struct packet *pkt, struct http_flow *flow, bool response)
{
	struct http_exchange *e = &flow->last, *before = &flow->before;
	if (response && e->number && !e->response_frame) {
		set_late(pkt, HTTP_RESPONSE_IN, e->request_frame, e->request_layers);
		set_late(pkt, HTTP_NEXT_RESPONSE, before->response_frame, before->response_layers);
		e->response_frame = pkt->number;
	} else {
		*before = *e;
		/* Messages of this frame show the new exchange instead. */
		if (before->request_frame == pkt->number)
			before->request_layers = 0;
		if (before->response_frame == pkt->number)
			before->response_layers = 0;
		*e = (struct http_exchange) { .number = before->number + 1 };
		if (response) {
			e->response_frame = pkt->number;
			set_late(pkt, HTTP_NEXT_RESPONSE, before->response_frame, before->response_layers);
		} else {
			e->request_frame = pkt->number;
			e->time_ns = pkt->time_ns;
			set_late(pkt, HTTP_NEXT_REQUEST, before->request_frame, before->request_layers);
			set_late(pkt, HTTP_NEXT_REQUEST, before->response_frame, before->response_layers);
		}
	}
	show_exchange(pkt, flow);
}

static bool in_tls(const struct packet *pkt)
{
	for (int i = pkt->current; i >= 0; i = pkt->layers[i].parent)
		if (strcmp(pkt->layers[i].proto->name, "tls") == 0)
			return true;
	return false;
}

/* http.request.full_uri: made from scheme, host and URI. */
static void take_full_uri(struct http_message *m)
{
	struct http_span host = m->host, uri = m->uri;
	struct packet *pkt = m->pkt;
	if (!m->has_request || !host.at)
		return;
	if ((uri.len >= 7 && strncasecmp((const char *)uri.at, "http://", 7) == 0) ||
		(uri.len >= 8 && strncasecmp((const char *)uri.at, "https://", 8) == 0) ||
		m->flow->method == METHOD_CONNECT) {
		http_text(pkt, m->row, MESSAGE_FULL_URI, uri.at, uri.len);
	} else {
		while (host.len && (*host.at == ' ' || *host.at == '\t'))
			host.at++, host.len--;
		while (host.len && (host.at[host.len - 1] == ' ' || host.at[host.len - 1] == '\t'))
			host.len--;
		const char *scheme = in_tls(pkt) ? "https://" : "http://";
		uint32_t n = (uint32_t)strlen(scheme);
		uint8_t *text = pkt_scratch(pkt, n + host.len + uri.len + 1);
		if (!text)
			return;
		memcpy(text, scheme, n);
		memcpy(text + n, host.at, host.len);
		if (uri.len)
			memcpy(text + n + host.len, uri.at, uri.len);
		http_text(pkt, m->row, MESSAGE_FULL_URI, text, n + host.len + uri.len);
	}
	if (row_has(m->row, MESSAGE_FULL_URI))
		m->flow->full_uri = (uint32_t)m->row->v[MESSAGE_FULL_URI];
}

/* ---- one message ---- */

/* Start line and headers, up to the empty line or what is none of them. Gives where that is. */
static uint32_t take_head(struct http_message *m, uint32_t pos)
{
	struct cursor *c = m->c;
	struct http_line line;
	bool any = false;
	while (pos < c->cap) {
		enum http_type type;
		http_line(c, pos, false, &line);
		const uint8_t *colon;
		if (http_start_line(&line, &type)) {
			m->type = type;
			row_set(http_row(m), MESSAGE_TYPE, type);
			http_take_start_line(m, &line);
			any = true;
		} else if (line.len == 0) {
			http_row(m);
			return line.next;
		} else if ((colon = memchr(line.at, ':', line.len))) {
			http_take_header(m, &line, (uint32_t)(colon - line.at));
			any = true;
		} else {
			/* The beginning of a header whose rest is missing. */
			if (any)
				cur_need_at(c, pos, line.len + 1);
			return pos;
		}
		pos = line.next;
	}
	return pos;
}

/* How much of what follows the headers is the message's body (RFC 9112, section 6.3). */
static uint32_t take_body(struct http_message *m, uint32_t pos)
{
	struct cursor *c = m->c;
	uint32_t there = pos < c->cap ? c->cap - pos : 0, reported = pos < c->len ? c->len - pos : 0;
	if (m->has_length && m->transfer_encoding == TE_NONE) {
		if (there > m->length)
			there = (uint32_t)m->length;
		if (reported > m->length)
			reported = (uint32_t)m->length;
	} else if (m->type == HTTP_REQUEST && m->transfer_encoding == TE_NONE) {
		there = 0;
	} else if (m->type == HTTP_RESPONSE && (m->code / 100 == 1 || m->code == 204 || m->code == 304)) {
		there = 0;
	}
	return there ? http_body(m, pos, there, reported) : 0;
}

static void take_upgrade(struct http_message *m)
{
	struct packet *pkt = m->pkt;
	struct http_flow *flow = m->flow;
	if (m->type != HTTP_RESPONSE || !flow->has_method)
		return;
	const struct protocol *next = NULL;
	if (flow->code == 101 && m->upgrade.at) {
		struct http_span name = m->upgrade;
		const uint8_t *slash = memchr(name.at, '/', name.len);
		if (slash)
			name.len = (uint32_t)(slash - name.at);
		next = http_upgrade(name);
	} else if (!(flow->method == METHOD_SSTP && flow->code == 200)) {
		return;
	}
	flow->start_frame = pkt->number;
	flow->next = next;
}

/* What the message is not: the data of one that began before. */
static void take_continuation(struct http_message *m, const char *column)
{
	m->pkt->column = column;
	if (!pkt_layer(m->pkt)->again)
		info_clear(m->pkt);
	info_add(m->pkt, "%s", "Continuation");
	http_row(m);
	pkt_next_proto(m->pkt, &proto_data, *m->c);
	pkt_below(m->pkt);
}

static bool is_printable(uint8_t c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Gives where the message ends; 0: nothing follows it. */
static uint32_t take_message(struct http_message *m, const char *column, bool end_of_stream)
{
	struct packet *pkt = m->pkt;
	struct cursor *c = m->c;
	struct http_line first = { 0 };
	struct http_flow *flow = m->flow;
	/* Empty lines before a request are to be ignored (RFC 9112, section 2.2). */
	uint32_t pos = c->len > 3 && c->cap >= 2 && c->data[0] == '\r' && c->data[1] == '\n' ? 2 : 0;
	bool seen = flow->uri != 0, start = false;
	enum http_type type = HTTP_OTHER;
	/* Wireshark looks for an empty line first. */
	if (!cur_need_at(c, pos, 1) || (pkt->stream && c->len > 3 && !cur_need_at(c, 0, 2))) {
		if (c->cap)
			pkt_no_item(pkt);
		return 0;
	}
	if (!is_printable(c->data[pos])) {
		if (seen)
			take_continuation(m, column);
		else
			pkt_silent(pkt);
		return 0;
	}
	if (http_line(c, pos, true, &first)) {
		start = http_start_line(&first, &type);
	} else if (pkt_may_want(pkt)) {
		pkt_want(pkt, pos, WANT_SEGMENT);
		pkt_silent(pkt);
		return 0;
	}
	if (start) {
		bool body = !end_of_stream;
		if (body && type == HTTP_RESPONSE) {
			uint16_t code = http_status(&first);
			body = !(flow->method == METHOD_HEAD || code / 100 == 1 || code == 204 ||
				 code == 304 ||
				 (code / 100 == 2 &&
					 (flow->method == METHOD_CONNECT || flow->method == METHOD_SSTP)));
		}
		if (!http_complete(pkt, c, pos, body, type == HTTP_RESPONSE)) {
			pkt_silent(pkt);
			return 0;
		}
	}
	if (start || seen) {
		if (!pkt_layer(pkt)->again)
			info_clear(pkt);
		if (start)
			info_line(pkt, first.at, first.next - pos);
		else
			info_add(pkt, "%s", "Continuation");
		pkt->column = column;
		http_row(m);
	}
	uint32_t end = take_head(m, pos);
	if (*c->fail)
		return 0;
	if (!m->row) {
		/* The preface of HTTP/2 has the form of a request. */
		if (http2_preface(c)) {
			flow->http2 = true;
			pkt_no_item(pkt);
			pkt_next_stream(pkt, &proto_http2, *c);
		} else if (c->cap < c->len) {
			/* Wireshark takes it for a body, and finds it cut before it finds that nobody asked
			 * for one. */
			pkt_no_item(pkt);
			pkt_token(pkt, &proto_data);
			cur_need_at(c, 0, c->len);
		} else {
			pkt_silent(pkt);
		}
		return 0;
	}
	if (pos)
		row_set(m->row, MESSAGE_LEADING_CRLF, 1);
	if (pkt->stream && (pkt->srcport == 443 || pkt->dstport == 443) && !in_tls(pkt))
		row_set(m->row, MESSAGE_TLS_PORT, 1);
	take_full_uri(m);
	if (m->type == HTTP_REQUEST || m->type == HTTP_RESPONSE)
		match(pkt, flow, m->type == HTTP_RESPONSE);
	if (m->type == HTTP_RESPONSE && (flow->full_uri || flow->uri))
		row_set(m->row, MESSAGE_FULL_URI, flow->full_uri ? flow->full_uri : flow->uri);
	end += take_body(m, end);
	take_upgrade(m);
	return end;
}

/* ---- what else a connection speaks ---- */

/* Ports whose tunnels are not looked into: the proxy's own kind. */
static bool is_http_port(uint32_t port)
{
	static const uint16_t ports[] = { 80, 1900, 2710, 2869, 3128, 3132, 5985, 8080, 8088, 11371 };
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		if (ports[i] == port)
			return true;
	return false;
}

/* A tunnel that CONNECT opened (RFC 9110, section 9.3.6): the URI is "host:port". */
static void take_tunnel(struct packet *pkt, struct cursor *c, struct http_flow *flow)
{
	uint8_t kind;
	size_t len;
	const char *uri = dict_get(pkt->dict, DICT_TEXT, flow->uri, &kind, &len);
	const char *colon = uri ? memchr(uri, ':', len) : NULL;
	if (!flow->start_frame) {
		flow->start_frame = pkt->number;
		flow->server_side = (uint8_t)!pkt_side(pkt);
	}
	if (!colon) {
		pkt_silent(pkt);
		return;
	}
	uint32_t port = 0;
	for (const char *p = colon + 1; p < uri + len && *p >= '0' && *p <= '9' && port < 65536; p++)
		port = port * 10 + (uint32_t)(*p - '0');
	struct row *row = row_open(pkt, &proto_http, HTTP_MESSAGE);
	row_text(row, MESSAGE_PROXY_HOST, uri, (size_t)(colon - uri), NULL, 0);
	row_set(row, MESSAGE_PROXY_PORT, (uint16_t)port);
	if (is_http_port(port) || flow->proxied_http)
		pkt_next_proto(pkt, &proto_data, *c);
	else
		pkt_next_ports(pkt, (uint16_t)port,
			pkt_side(pkt) == flow->server_side ? pkt->dstport : pkt->srcport, *c);
}

/* True: the octets are not HTTP/1.x any more, and were handed on. */
static bool take_other(struct packet *pkt, struct cursor *c, struct http_flow *flow)
{
	bool first = !pkt_layer(pkt)->again;
	if (first && flow->http2 && !flow->start_frame) {
		pkt_no_item(pkt);
		pkt_next_stream(pkt, &proto_http2, *c);
		return true;
	}
	if (first && flow->method == METHOD_CONNECT && flow->code == 200 && flow->uri) {
		take_tunnel(pkt, c, flow);
		return true;
	}
	if (!flow->start_frame)
		return false;
	pkt_no_item(pkt);
	if (flow->next)
		pkt_next_stream(pkt, flow->next, *c);
	else
		pkt_next_proto(pkt, &proto_data, *c);
	return true;
}

static bool inside_http(const struct packet *pkt, int layer)
{
	return layer >= 0 && pkt->layers[layer].proto == &proto_http;
}

static enum verdict http_dissect(struct packet *pkt, struct cursor *c)
{
	struct http_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_http);
	if (inside_http(pkt, pkt_layer(pkt)->parent))
		return NOT_MINE; /* what a tunnel carries is asked of the others */
	if (!flow)
		flow = &none;
	if (take_other(pkt, c, flow))
		return MINE;
	struct http_message m = { .pkt = pkt, .c = c, .flow = flow };
	bool fin = pkt->stream && pkt->tcp.flags & 1;
	uint32_t end = take_message(&m, "HTTP", fin);
	if (end == 0 || *c->fail)
		return MINE;
	struct cursor rest = *c;
	rest.pos = end;
	pkt_again(pkt, cur_rest(&rest));
	return MINE;
}

/* Is the first line one of HTTP/1.x? Then the conversation is. */
static bool http_heuristic(struct packet *pkt, const struct cursor *c)
{
	struct http_line line;
	if (!http_line(c, 0, true, &line) || line.len == 8)
		return false;
	bool good = (line.len > 8 && strncasecmp((const char *)line.at + line.len - 8, "HTTP/1.", 7) == 0) ||
		    (line.len >= 7 && strncasecmp((const char *)line.at, "HTTP/1.", 7) == 0);
	if (!good)
		return false;
	if (inside_http(pkt, pkt->current)) {
		/* Wireshark knows from its first pass that the tunnel carries HTTP, and shows data. */
		struct http_flow *flow = pkt_flow(pkt, &proto_http);
		if (flow)
			flow->proxied_http = true;
		return false;
	}
	pkt_speak(pkt, &proto_http);
	return true;
}

const struct protocol proto_http = {
	.name = "http",
	.title = "Hypertext Transfer Protocol",
	.layout = http_layout,
	.spec = "RFC 9110, RFC 9112",
	.help = "Web pages and everything else that is fetched by a URI: a request and its response.",
	.id = PROTO_ID_http,
	.nrecords = HTTP_NRECORDS,
	.records = http_records,
	.claims = (const struct claim[]) { { CLAIM_TCP_PORT, 80 }, { CLAIM_TCP_PORT, 1900 },
		{ CLAIM_TCP_PORT, 2710 }, { CLAIM_TCP_PORT, 2869 }, { CLAIM_TCP_PORT, 3128 },
		{ CLAIM_TCP_PORT, 3132 }, { CLAIM_TCP_PORT, 5985 }, { CLAIM_TCP_PORT, 8080 },
		{ CLAIM_TCP_PORT, 8088 }, { CLAIM_TCP_PORT, 11371 }, { CLAIM_TCP_PORT, 631 },
		{ CLAIM_TCP_PORT, 3689 }, { CLAIM_SCTP_PORT, 80 }, { CLAIM_HEUR_TCP, 490 },
		{ CLAIM_NONE, 0 } },
	.dissect = http_dissect,
	.heuristic = http_heuristic,
	.flow_size = sizeof(struct http_flow),
};

/* ---- SSDP ---- */

static enum verdict ssdp_dissect(struct packet *pkt, struct cursor *c)
{
	struct http_flow none = { 0 }, *flow = pkt_flow(pkt, &proto_http);
	struct http_message m = { .pkt = pkt, .c = c, .flow = flow ? flow : &none };
	take_message(&m, "SSDP", false);
	return MINE;
}

const struct protocol proto_ssdp = {
	.name = "ssdp",
	.title = "Simple Service Discovery Protocol",
	.layout = http_layout,
	.spec = "UPnP Device Architecture 2.0, section 1",
	.help = "Finds devices and services in the local network, in messages of the form of HTTP.",
	.id = PROTO_ID_ssdp,
	.claims = (const struct claim[]) { { CLAIM_UDP_PORT, 1900 }, { CLAIM_NONE, 0 } },
	.dissect = ssdp_dissect,
};
