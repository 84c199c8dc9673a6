/*
 * Memory that does not fail while serving. Small allocations have no error path of their own:
 * what cannot be had from the system comes from a reserve put aside at the start, which is enough
 * to finish the requests under way; from then on mem_short() tells those who take on new work to
 * refuse it, until the reserve could be put aside again. Only when the reserve is used up too does
 * the program stop (the database keeps the truth). Safe from any thread.
 */
#ifndef HOOL_BASE_MEMORY_H
#define HOOL_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Put the reserve aside (MEM_RESERVE bytes). It is never touched, so it is address space and no
 * memory. Commands that end by themselves need none. */
void mem_reserve(void);
/* Zeroed memory, never NULL; ended by free(). */
void *mem_new(size_t size);
/* realloc() that never gives NULL; what is new is not zeroed. `p` may be NULL. */
void *mem_grow(void *p, size_t size);
/* Is the reserve in use? Tries to put it aside again first. False where none was asked for. */
bool mem_short(void);

#endif
