#include "camera.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l-plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u

static uint64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int fail(int code)
{
    errno = code;
    return -1;
}

/* Only a file that says so itself is taken: never a real device. */
static void *camera_init(int descriptor)
{
    char magic[sizeof MAGIC - 1], link[64], path[500];
    if (pread(descriptor, magic, sizeof magic, 0) != sizeof magic || memcmp(magic, MAGIC, sizeof magic)) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    struct camera *camera = calloc(1, sizeof *camera);
    if (length < 0 || !camera) return NULL;
    path[length] = 0;
    camera->descriptor = descriptor;
    snprintf(camera->control_path, sizeof camera->control_path, "%s.control", path);
    struct control control;
    control_read(camera->control_path, &control);
    camera->mode = control.modes[0];
    camera->padding = control.padding;
    camera->rate = camera->mode.rate;
    return camera;
}

static void forget_memory(struct camera *camera)
{
    if (camera->memory) munmap(camera->memory, camera->memory_size);
    camera->memory = NULL;
}

static void camera_close(void *context)
{
    forget_memory(context);
    free(context);
}

static int query_capabilities(const struct control *control, struct v4l2_capability *answer)
{
    memset(answer, 0, sizeof *answer);
    strcpy((char *)answer->driver, "causerie-test");
    strcpy((char *)answer->card, control->card);
    strcpy((char *)answer->bus_info, "file");
    answer->device_caps =
        (control->metadata ? V4L2_CAP_META_CAPTURE : V4L2_CAP_VIDEO_CAPTURE) | V4L2_CAP_STREAMING;
    answer->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

/* Formats in the order in which they first stand in the control file. */
static int enumerate_formats(const struct control *control, struct v4l2_fmtdesc *answer)
{
    unsigned index = 0;
    for (unsigned i = 0; i < control->mode_count; i++) {
        unsigned earlier = 0;
        while (control->modes[earlier].format != control->modes[i].format) earlier++;
        if (earlier < i || index++ != answer->index) continue;
        answer->flags = control->modes[i].format == V4L2_PIX_FMT_MJPEG ? V4L2_FMT_FLAG_COMPRESSED : 0;
        answer->pixelformat = control->modes[i].format;
        memcpy(answer->description, &control->modes[i].format, 4);
        return 0;
    }
    return fail(EINVAL);
}

static int enumerate_sizes(const struct control *control, struct v4l2_frmsizeenum *answer)
{
    unsigned index = 0;
    if (control->mute) return fail(ENOTTY);
    for (unsigned i = 0; i < control->mode_count; i++) {
        const struct mode *mode = &control->modes[i];
        if (control->ranged && mode->format == answer->pixel_format && answer->index == 0) {
            answer->type = V4L2_FRMSIZE_TYPE_STEPWISE;
            answer->stepwise = (struct v4l2_frmsize_stepwise){ 32, mode->width, 16, 32, mode->height, 16 };
            return 0;
        }
        if (mode->format != answer->pixel_format || index++ != answer->index) continue;
        answer->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        answer->discrete.width = mode->width;
        answer->discrete.height = mode->height;
        return 0;
    }
    return fail(EINVAL);
}

static int enumerate_intervals(const struct control *control, struct v4l2_frmivalenum *answer)
{
    if (control->mute) return fail(ENOTTY);
    for (unsigned i = 0; i < control->mode_count; i++) {
        const struct mode *mode = &control->modes[i];
        if (control->ranged && mode->format == answer->pixel_format && answer->index == 0) {
            struct v4l2_fract slowest = { 1, 1 }, step = { 1, mode->rate }, fastest = { 1, mode->rate };
            answer->type = V4L2_FRMIVAL_TYPE_STEPWISE;
            answer->stepwise = (struct v4l2_frmival_stepwise){ fastest, slowest, step };
            return 0;
        }
        if (mode->format != answer->pixel_format || mode->width != answer->width || mode->height != answer->height ||
            answer->index != 0)
            continue;
        answer->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        answer->discrete.numerator = 1;
        answer->discrete.denominator = mode->rate;
        return 0;
    }
    return fail(EINVAL);
}

static void describe(const struct mode *mode, unsigned padding, struct v4l2_format *answer)
{
    struct v4l2_pix_format *pix = &answer->fmt.pix;
    memset(pix, 0, sizeof *pix);
    pix->width = mode->width;
    pix->height = mode->height;
    pix->pixelformat = mode->format;
    pix->field = V4L2_FIELD_NONE;
    pix->bytesperline = line_size(mode, padding);
    pix->sizeimage = picture_size(mode, padding);
    pix->colorspace = V4L2_COLORSPACE_SRGB;
}

/* As drivers do: the format if there is one, and of its sizes the nearest. */
static struct mode nearest(const struct control *control, const struct v4l2_pix_format *wanted)
{
    struct mode best = control->modes[0];
    unsigned long least = ~0ul;
    for (unsigned i = 0; i < control->mode_count; i++) {
        const struct mode *mode = &control->modes[i];
        unsigned long distance = (unsigned long)(abs((int)mode->width - (int)wanted->width)) +
            (unsigned long)(abs((int)mode->height - (int)wanted->height));
        if (mode->format != wanted->pixelformat) distance += 1000000;
        if (distance < least) {
            least = distance;
            best = *mode;
        }
    }
    if (control->ranged) {
        if (wanted->width < best.width) best.width = wanted->width / 16 * 16;
        if (wanted->height < best.height) best.height = wanted->height / 16 * 16;
    }
    return best;
}

/* As real drivers do: who sets the format or takes buffers first has the camera until it is closed. */
static int is_taken(const struct camera *camera, const struct control *control)
{
    return control->busy || flock(camera->descriptor, LOCK_EX | LOCK_NB);
}

static int set_format(struct camera *camera, const struct control *control, struct v4l2_format *format, int keep)
{
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
    if (keep && (camera->buffer_count || is_taken(camera, control))) return fail(EBUSY);
    struct mode mode = nearest(control, &format->fmt.pix);
    if (keep) {
        camera->mode = mode;
        camera->padding = control->padding;
        camera->rate = mode.rate;
    }
    describe(&mode, control->padding, format);
    return 0;
}

static int parameters(struct camera *camera, struct v4l2_streamparm *parameters, int set)
{
    struct v4l2_fract *interval = &parameters->parm.capture.timeperframe;
    if (set && interval->numerator && interval->denominator) {
        unsigned rate = interval->denominator / interval->numerator;
        camera->rate = rate > 0 && rate < camera->mode.rate ? rate : camera->mode.rate;
    }
    memset(&parameters->parm.capture, 0, sizeof parameters->parm.capture);
    parameters->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    interval->numerator = 1;
    interval->denominator = camera->rate;
    return 0;
}

static int request_buffers(struct camera *camera, const struct control *control, struct v4l2_requestbuffers *request)
{
    if (request->memory != V4L2_MEMORY_MMAP) return fail(EINVAL);
    if (is_taken(camera, control)) return fail(EBUSY);
    if (request->count > MAXIMAL_BUFFERS) request->count = MAXIMAL_BUFFERS;
    forget_memory(camera);
    camera->buffer_count = request->count;
    camera->queued = 0;
    if (!request->count) return 0;
    camera->buffer_size = (picture_size(&camera->mode, camera->padding) + PAGE - 1) / PAGE * PAGE;
    camera->memory_size = PAGE + (size_t)camera->buffer_size * camera->buffer_count;
    /* Never shorter: another program's mapping may end behind it. */
    if (lseek(camera->descriptor, 0, SEEK_END) < (off_t)camera->memory_size &&
        ftruncate(camera->descriptor, (off_t)camera->memory_size))
        return -1;
    void *memory =
        mmap(NULL, camera->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, camera->descriptor, 0);
    if (memory == MAP_FAILED) return -1;
    camera->memory = memory;
    return 0;
}

static int query_buffer(const struct camera *camera, struct v4l2_buffer *buffer)
{
    if (buffer->index >= camera->buffer_count) return fail(EINVAL);
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->length = camera->buffer_size;
    buffer->m.offset = PAGE + buffer->index * camera->buffer_size;
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    return 0;
}

static int queue_buffer(struct camera *camera, struct v4l2_buffer *buffer)
{
    if (buffer->index >= camera->buffer_count) return fail(EINVAL);
    for (unsigned i = 0; i < camera->queued; i++)
        if (camera->queue[i] == buffer->index) return fail(EINVAL);
    camera->queue[camera->queued++] = buffer->index;
    return 0;
}

/* A picture is there once in every interval, into the buffer that has waited longest. */
static int dequeue_buffer(struct camera *camera, const struct control *control, struct v4l2_buffer *buffer)
{
    uint64_t now = microseconds();
    if (control->failing) return fail(EIO);
    if (!camera->streaming) return fail(EINVAL);
    if (control->stall || !camera->queued || now < camera->due) return fail(EAGAIN);
    camera->due += 1000000 / camera->rate;
    buffer->index = camera->queue[0];
    camera->queued--;
    memmove(camera->queue, camera->queue + 1, camera->queued * sizeof camera->queue[0]);
    query_buffer(camera, buffer);
    buffer->bytesused = picture_write(camera, control, camera->memory + buffer->m.offset);
    buffer->sequence = camera->sequence++;
    buffer->field = V4L2_FIELD_NONE;
    buffer->timestamp.tv_sec = (time_t)(now / 1000000);
    buffer->timestamp.tv_usec = (suseconds_t)(now % 1000000);
    return 0;
}

static int start(struct camera *camera, const struct control *control)
{
    if (control->busy) return fail(EBUSY);
    camera->streaming = 1;
    camera->due = microseconds() + 1000000 / camera->rate;
    return 0;
}

static int camera_ioctl(void *context, int descriptor, unsigned long request, void *argument)
{
    (void)descriptor;
    struct camera *camera = context;
    struct control control;
    control_read(camera->control_path, &control);
    if (control.unplugged) return fail(ENODEV);
    switch ((unsigned)request) {
    case VIDIOC_QUERYCAP: return query_capabilities(&control, argument);
    case VIDIOC_ENUM_FMT: return enumerate_formats(&control, argument);
    case VIDIOC_ENUM_FRAMESIZES: return enumerate_sizes(&control, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS: return enumerate_intervals(&control, argument);
    case VIDIOC_TRY_FMT: return set_format(camera, &control, argument, 0);
    case VIDIOC_S_FMT: return set_format(camera, &control, argument, 1);
    case VIDIOC_G_FMT: describe(&camera->mode, camera->padding, argument); return 0;
    case VIDIOC_G_PARM: return parameters(camera, argument, 0);
    case VIDIOC_S_PARM: return parameters(camera, argument, 1);
    case VIDIOC_REQBUFS: return request_buffers(camera, &control, argument);
    case VIDIOC_QUERYBUF: return query_buffer(camera, argument);
    case VIDIOC_QBUF: return queue_buffer(camera, argument);
    case VIDIOC_DQBUF: return dequeue_buffer(camera, &control, argument);
    case VIDIOC_STREAMON: return start(camera, &control);
    case VIDIOC_STREAMOFF:
        camera->streaming = 0;
        camera->queued = 0;
        return 0;
    default: return fail(ENOTTY);
    }
}

__attribute__((visibility("default"))) const struct libv4l_dev_ops libv4l2_plugin = {
    .init = camera_init, .close = camera_close, .ioctl = camera_ioctl,
};
