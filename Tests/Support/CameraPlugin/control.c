#include "camera.h"

#include <stdio.h>
#include <string.h>

static void read_mode(const char *text, struct control *control)
{
    char format[5] = "";
    struct mode mode = { 0 };
    if (control->mode_count == MAXIMAL_MODES) return;
    if (sscanf(text, "mode %4s %u %u %u", format, &mode.width, &mode.height, &mode.rate) != 4) return;
    mode.format = v4l2_fourcc(format[0], format[1], format[2], format[3]);
    control->modes[control->mode_count++] = mode;
}

void control_read(const char *path, struct control *control)
{
    char line[600];
    memset(control, 0, sizeof *control);
    FILE *file = fopen(path, "re");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        read_mode(line, control);
        sscanf(line, "card %31[^\n]", control->card);
        sscanf(line, "metadata %u", &control->metadata);
        sscanf(line, "busy %u", &control->busy);
        sscanf(line, "unplugged %u", &control->unplugged);
        sscanf(line, "failing %u", &control->failing);
        sscanf(line, "stall %u", &control->stall);
        sscanf(line, "broken %u", &control->broken);
        sscanf(line, "small %u", &control->small);
        sscanf(line, "ranged %u", &control->ranged);
        sscanf(line, "mute %u", &control->mute);
        sscanf(line, "padding %u", &control->padding);
        sscanf(line, "film %511[^\n]", control->film);
    }
    fclose(file);
}
