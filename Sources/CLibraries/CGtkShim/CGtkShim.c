#include "CGtkShim.h"

struct _CGtkShimVideo {
    GObject parent_instance;
    GdkTexture *texture;
    int quarter_turns;
    gboolean mirrored;
};

typedef struct {
    GObjectClass parent_class;
} CGtkShimVideoClass;

static void paintable_init(GdkPaintableInterface *iface);

G_DEFINE_TYPE_WITH_CODE(
    CGtkShimVideo, CGtkShim_video, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE(GDK_TYPE_PAINTABLE, paintable_init))

static gboolean is_turned(CGtkShimVideo *self) { return self->quarter_turns % 2 != 0; }

static int intrinsic_width(GdkPaintable *paintable) {
    CGtkShimVideo *self = (CGtkShimVideo *)paintable;
    if (self->texture == NULL) return 0;
    return is_turned(self) ? gdk_texture_get_height(self->texture) : gdk_texture_get_width(self->texture);
}

static int intrinsic_height(GdkPaintable *paintable) {
    CGtkShimVideo *self = (CGtkShimVideo *)paintable;
    if (self->texture == NULL) return 0;
    return is_turned(self) ? gdk_texture_get_width(self->texture) : gdk_texture_get_height(self->texture);
}

static void snapshot(GdkPaintable *paintable, GdkSnapshot *target, double width, double height) {
    CGtkShimVideo *self = (CGtkShimVideo *)paintable;
    GtkSnapshot *drawing = GTK_SNAPSHOT(target);
    if (self->texture == NULL || width <= 0 || height <= 0) return;
    if (self->quarter_turns == 0 && !self->mirrored) {
        gtk_snapshot_append_texture(
            drawing, self->texture, &GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height));
        return;
    }
    // Turned about the middle of what is drawn.
    double own_width = is_turned(self) ? height : width;
    double own_height = is_turned(self) ? width : height;
    gtk_snapshot_save(drawing);
    gtk_snapshot_translate(drawing, &GRAPHENE_POINT_INIT((float)(width / 2), (float)(height / 2)));
    if (self->mirrored) gtk_snapshot_scale(drawing, -1, 1);
    gtk_snapshot_rotate(drawing, 90.0f * (float)self->quarter_turns);
    gtk_snapshot_append_texture(
        drawing, self->texture,
        &GRAPHENE_RECT_INIT(
            (float)(-own_width / 2), (float)(-own_height / 2), (float)own_width, (float)own_height));
    gtk_snapshot_restore(drawing);
}

static void paintable_init(GdkPaintableInterface *iface) {
    iface->get_intrinsic_width = intrinsic_width;
    iface->get_intrinsic_height = intrinsic_height;
    iface->snapshot = snapshot;
}

static void dispose(GObject *object) {
    CGtkShimVideo *self = (CGtkShimVideo *)object;
    g_clear_object(&self->texture);
    G_OBJECT_CLASS(CGtkShim_video_parent_class)->dispose(object);
}

static void CGtkShim_video_class_init(CGtkShimVideoClass *class) { G_OBJECT_CLASS(class)->dispose = dispose; }

static void CGtkShim_video_init(CGtkShimVideo *self) { (void)self; }

CGtkShimVideo *CGtkShim_video_new(void) { return g_object_new(CGtkShim_video_get_type(), NULL); }

void CGtkShim_video_set_texture(CGtkShimVideo *self, GdkTexture *texture, int quarter_turns) {
    GdkPaintable *paintable = GDK_PAINTABLE(self);
    int width = intrinsic_width(paintable);
    int height = intrinsic_height(paintable);
    g_set_object(&self->texture, texture);
    self->quarter_turns = quarter_turns & 3;
    if (intrinsic_width(paintable) != width || intrinsic_height(paintable) != height) {
        gdk_paintable_invalidate_size(paintable);
    }
    gdk_paintable_invalidate_contents(paintable);
}

void CGtkShim_video_set_mirrored(CGtkShimVideo *self, gboolean mirrored) {
    if (self->mirrored == !!mirrored) return;
    self->mirrored = !!mirrored;
    gdk_paintable_invalidate_contents(GDK_PAINTABLE(self));
}

GdkTexture *CGtkShim_video_get_texture(CGtkShimVideo *self) { return self->texture; }
