#pragma once

#include <fcntl.h>
#include <libv4l2.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* v4l2_ioctl and v4l2_open are variadic, and the request numbers are macros that Swift cannot read. */

static inline int CV4L_open(const char *path)
{
    return v4l2_open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
}

static inline int CV4L_query_capabilities(int device, struct v4l2_capability *capability)
{
    return v4l2_ioctl(device, VIDIOC_QUERYCAP, capability);
}

static inline int CV4L_set_format(int device, unsigned width, unsigned height, unsigned pixel_format,
    struct v4l2_format *format)
{
    format->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format->fmt.pix.width = width;
    format->fmt.pix.height = height;
    format->fmt.pix.pixelformat = pixel_format;
    format->fmt.pix.field = V4L2_FIELD_ANY;
    return v4l2_ioctl(device, VIDIOC_S_FMT, format);
}

static inline struct v4l2_pix_format CV4L_pix(const struct v4l2_format *format)
{
    return format->fmt.pix;
}

static inline int CV4L_set_rate(int device, unsigned frames_per_second)
{
    struct v4l2_streamparm parameters = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
    parameters.parm.capture.timeperframe.numerator = 1;
    parameters.parm.capture.timeperframe.denominator = frames_per_second;
    return v4l2_ioctl(device, VIDIOC_S_PARM, &parameters);
}

static inline int CV4L_request_buffers(int device, unsigned count, struct v4l2_requestbuffers *request)
{
    request->count = count;
    request->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request->memory = V4L2_MEMORY_MMAP;
    return v4l2_ioctl(device, VIDIOC_REQBUFS, request);
}

static inline int CV4L_query_buffer(int device, unsigned index, struct v4l2_buffer *buffer)
{
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->index = index;
    return v4l2_ioctl(device, VIDIOC_QUERYBUF, buffer);
}

static inline unsigned CV4L_offset(const struct v4l2_buffer *buffer)
{
    return buffer->m.offset;
}

static inline int CV4L_queue(int device, struct v4l2_buffer *buffer)
{
    return v4l2_ioctl(device, VIDIOC_QBUF, buffer);
}

static inline int CV4L_dequeue(int device, struct v4l2_buffer *buffer)
{
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer->memory = V4L2_MEMORY_MMAP;
    return v4l2_ioctl(device, VIDIOC_DQBUF, buffer);
}

static inline int CV4L_stream(int device, int on)
{
    enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return v4l2_ioctl(device, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}

static const unsigned CV4L_format_yuv420 = V4L2_PIX_FMT_YUV420;
static const unsigned CV4L_format_yuyv = V4L2_PIX_FMT_YUYV;
static const unsigned CV4L_format_mjpeg = V4L2_PIX_FMT_MJPEG;

/* One of the formats of the camera itself or, by its flags, of those that libv4l2 makes of them. */
static inline int CV4L_format(int device, unsigned index, struct v4l2_fmtdesc *description)
{
    description->index = index;
    description->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return v4l2_ioctl(device, VIDIOC_ENUM_FMT, description);
}

static inline int CV4L_frame_size(int device, unsigned pixel_format, unsigned index, struct v4l2_frmsizeenum *size)
{
    size->index = index;
    size->pixel_format = pixel_format;
    return v4l2_ioctl(device, VIDIOC_ENUM_FRAMESIZES, size);
}

static inline int CV4L_frame_interval(int device, unsigned pixel_format, unsigned width, unsigned height,
    unsigned index, struct v4l2_frmivalenum *interval)
{
    interval->index = index;
    interval->pixel_format = pixel_format;
    interval->width = width;
    interval->height = height;
    return v4l2_ioctl(device, VIDIOC_ENUM_FRAMEINTERVALS, interval);
}

/* A descriptor that was opened elsewhere, through the plugins but without conversion: quick, for a look at it. */
static inline int CV4L_adopt(int device)
{
    return v4l2_fd_open(device, V4L2_DISABLE_CONVERSION);
}

/* libv4l2 would write to standard error what its callers learn anyway: every unplugging, even every "not yet". */
static inline void CV4L_be_quiet(void)
{
    if (!v4l2_log_file) v4l2_log_file = fopen("/dev/null", "we");
}
