/* A camera that is a plain file, for tests: libv4l2 believes what this plugin tells of it.
 *
 * The file begins with MAGIC; what the camera is and does stands in a text file of the same name with ".control" behind
 * it, which is read anew at every request. The buffers that a program maps are pages of the camera's own file. */
#pragma once

#include <linux/videodev2.h>
#include <stddef.h>
#include <stdint.h>

/* Each test run has a plugin of its own, which must leave the files of others alone. */
#ifndef OWNER
#define OWNER "0"
#endif
#define MAGIC "causerie test camera of " OWNER "\n"
#define MAXIMAL_MODES 16
#define MAXIMAL_BUFFERS 8

/* One size of one pixel format. */
struct mode {
    uint32_t format;
    unsigned width, height, rate;
};

/* What the control file says now. A number without a meaning of its own is 0 or 1. */
struct control {
    char card[32];
    struct mode modes[MAXIMAL_MODES];
    unsigned mode_count;
    unsigned metadata;  /* takes no pictures: a node as the kernel makes beside the real one */
    unsigned busy;      /* another program holds it */
    unsigned unplugged; /* everything fails with ENODEV */
    unsigned failing;   /* taking pictures fails with EIO, as after an error of the bus */
    unsigned stall;     /* no more pictures */
    unsigned broken;    /* all but every n-th picture are rubbish */
    unsigned small;     /* all but every n-th picture are cut short */
    unsigned ranged;    /* any size up to that of a mode, told as a range */
    unsigned mute;      /* does not tell its sizes and rates at all */
    unsigned padding;   /* bytes behind every line of an uncompressed picture */
    char film[512];     /* a file of uncompressed pictures, shown one after the other and again; none when empty */
};

struct camera {
    int descriptor;
    char control_path[512];
    struct mode mode;
    unsigned padding, rate;
    unsigned buffer_count, buffer_size;
    unsigned queue[MAXIMAL_BUFFERS], queued;
    unsigned char *memory;
    size_t memory_size;
    unsigned streaming, sequence;
    uint64_t due;
};

/* The control file's content; what it does not mention stays zero. */
void control_read(const char *path, struct control *control);

/* Fills a buffer with the camera's picture: of its film, or four upright bars, white, red, green and blue. Gives the bytes
   used. */
unsigned picture_write(const struct camera *camera, const struct control *control, unsigned char *target);

/* Bytes of a line and of a whole picture. */
unsigned line_size(const struct mode *mode, unsigned padding);
unsigned picture_size(const struct mode *mode, unsigned padding);
