#ifndef HOSTILE_H
#define HOSTILE_H

int fail(const char *what);
int run_take_over(char **arguments);

#endif
