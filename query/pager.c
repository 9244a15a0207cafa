#include "query/pager.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pager = -1;

bool pager_start(void)
{
	const char *command = getenv("PCAPDEX_PAGER");
	int ends[2];
	if (!command)
		command = getenv("PAGER");
	if (!command)
		command = "less";
	if (!isatty(STDOUT_FILENO) || !*command || strcmp(command, "cat") == 0 || pipe(ends) < 0)
		return false;
	fflush(stdout);
	pager = fork();
	if (pager == 0) {
		/* What less does where the user does not say otherwise: leave when all fits, pass colours
		 * through, cut long lines. */
		setenv("LESS", "FRSX", 0);
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	if (pager > 0)
		dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	/* Who has seen enough closes the pipe: that ends the listing, without a word. */
	signal(SIGPIPE, SIG_DFL);
	return pager > 0;
}

void pager_wait(void)
{
	if (pager <= 0)
		return;
	fflush(stdout);
	close(STDOUT_FILENO);
	while (waitpid(pager, NULL, 0) < 0)
		;
	pager = -1;
}
