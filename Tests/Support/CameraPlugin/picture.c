#include "camera.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jpeglib.h>

/* White, red, green, blue: as RGB for JPEG, and as BT.601 in limited range. */
static const unsigned char rgb[4][3] = { { 255, 255, 255 }, { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 } };
static const unsigned char yuv[4][3] = { { 235, 128, 128 }, { 81, 90, 240 }, { 145, 54, 34 }, { 41, 240, 110 } };

/* With two bytes a pixel. */
static int is_uncompressed(const struct mode *mode)
{
    return mode->format == V4L2_PIX_FMT_YUYV || mode->format == V4L2_PIX_FMT_UYVY;
}

unsigned line_size(const struct mode *mode, unsigned padding)
{
    return is_uncompressed(mode) ? mode->width * 2 + padding : 0;
}

unsigned picture_size(const struct mode *mode, unsigned padding)
{
    return is_uncompressed(mode) ? line_size(mode, padding) * mode->height : mode->width * mode->height * 2;
}

static unsigned write_pixels(const struct mode *mode, unsigned padding, unsigned char *target)
{
    unsigned line = line_size(mode, padding), chroma = mode->format == V4L2_PIX_FMT_YUYV, luma = !chroma;
    for (unsigned y = 0; y < mode->height; y++) {
        unsigned char *pixels = target + (size_t)y * line;
        for (unsigned x = 0; x + 1 < mode->width; x += 2) {
            const unsigned char *colour = yuv[x * 4 / mode->width];
            pixels[2 * x + luma] = pixels[2 * x + 2 + luma] = colour[0];
            pixels[2 * x + chroma] = colour[1];
            pixels[2 * x + 2 + chroma] = colour[2];
        }
        memset(pixels + 2 * mode->width, 0x55, padding);
    }
    return line * mode->height;
}

static unsigned write_jpeg(const struct mode *mode, unsigned char *target)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    unsigned char *line = malloc((size_t)mode->width * 3);
    if (!line) return 0;
    for (unsigned x = 0; x < mode->width; x++) memcpy(line + x * 3, rgb[x * 4 / mode->width], 3);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &count);
    jpeg.image_width = mode->width;
    jpeg.image_height = mode->height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 90, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) jpeg_write_scanlines(&jpeg, &line, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    free(line);
    unsigned size = count <= picture_size(mode, 0) ? (unsigned)count : 0;
    memcpy(target, bytes, size);
    free(bytes);
    return size;
}

/* 0 when the file is not there, or too short for one picture. */
static unsigned read_film(const struct mode *mode, const char *path, unsigned sequence, unsigned char *target)
{
    unsigned size = picture_size(mode, 0), read = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0) return 0;
    if (fstat(file, &status) == 0 && status.st_size >= size) {
        off_t place = (off_t)(sequence % (unsigned)(status.st_size / size)) * size;
        read = pread(file, target, size, place) == (ssize_t)size ? size : 0;
    }
    close(file);
    return read;
}

unsigned picture_write(const struct camera *camera, const struct control *control, unsigned char *target)
{
    const struct mode *mode = &camera->mode;
    if (control->film[0]) return read_film(mode, control->film, camera->sequence, target);
    unsigned size = is_uncompressed(mode) ? write_pixels(mode, camera->padding, target) : write_jpeg(mode, target);
    if (control->broken && camera->sequence % control->broken) memset(target, 0xA5, size);
    if (control->small && camera->sequence % control->small) size /= 3;
    return size;
}
