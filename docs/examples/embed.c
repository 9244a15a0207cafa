/* Index captures and ask the archive, with libpcapdex:
 *
 *	cc embed.c $(pkg-config --cflags --libs pcapdex) -o embed
 *	./embed ARCHIVE CAPTURE [FILTER]
 */
#include <inttypes.h>
#include <pcapdex/query.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stop;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

/* Every few thousand frames. What is not 0 cancels: the archive is then as it was. */
static int progress(void *ctx, const char *path, uint64_t frames, uint64_t done, uint64_t total)
{
	(void)ctx;
	if (total)
		fprintf(stderr, "\r%s: %" PRIu64 " frames, %" PRIu64 " %%", path, frames, 100 * done / total);
	return stop;
}

static int index_one(const char *archive, const char *capture)
{
	struct pcapdex_tag tag = { "from", "embed" };
	struct pcapdex_options options = { .tags = &tag, .ntags = 1, .progress = progress };
	struct pcapdex_result result;
	char message[PCAPDEX_MESSAGE];
	struct pcapdex *to;
	if (pcapdex_open(&to, archive, message) != 0) {
		fprintf(stderr, "%s\n", message);
		return -1;
	}
	enum pcapdex_status status = pcapdex_index(to, capture, &options, &result);
	pcapdex_close(to);
	if (status > PCAPDEX_DAMAGED) {
		fprintf(stderr, "%s\n", result.message);
		return -1;
	}
	if (status == PCAPDEX_ALREADY)
		printf("capture %" PRId64 " is there already\n", result.capture_id);
	else
		printf("capture %" PRId64 ": %" PRIu64 " frames\n", result.capture_id, result.frames);
	return 0;
}

static int ask(struct pcapdex_reader *archive, const char *filter, char message[PCAPDEX_MESSAGE])
{
	int more;
	struct pcapdex_rows *rows =
		pcapdex_sql(archive, "SELECT name, frames FROM capture WHERE frames >= :least", message);
	if (!rows || pcapdex_bind_int(rows, ":least", 1) != 0)
		return -1;
	while ((more = pcapdex_next(rows, message)) > 0)
		printf("%s has %" PRId64 " frames\n", pcapdex_text(rows, 0), pcapdex_int(rows, 1));
	pcapdex_rows_close(rows);
	if (more < 0 || !(rows = pcapdex_frames(archive, filter, message)))
		return -1;
	while ((more = pcapdex_next(rows, message)) > 0) {
		const uint8_t *octets;
		const char *info;
		size_t n;
		if (pcapdex_frame_bytes(archive, pcapdex_int(rows, 2), &octets, &n, message) < 0 ||
			pcapdex_frame_info(archive, pcapdex_int(rows, 2), &info, message) < 0)
			break;
		printf("%" PRId64 "\t%zu octets\t%s\n", pcapdex_int(rows, 1), n, info);
	}
	pcapdex_rows_close(rows);
	return more;
}

int main(int argc, char **argv)
{
	struct pcapdex_reader *archive;
	char message[PCAPDEX_MESSAGE] = "";
	if (argc < 3) {
		fprintf(stderr, "usage: %s ARCHIVE CAPTURE [FILTER]\n", argv[0]);
		return 2;
	}
	signal(SIGINT, on_interrupt);
	if (index_one(argv[1], argv[2]) != 0)
		return 1;
	if (pcapdex_reader_open(&archive, argv[1], message) != 0) {
		fprintf(stderr, "%s\n", message);
		return 1;
	}
	int rc = ask(archive, argc > 3 ? argv[3] : "", message);
	if (rc < 0)
		fprintf(stderr, "%s\n", message);
	pcapdex_reader_close(archive);
	return rc < 0;
}
