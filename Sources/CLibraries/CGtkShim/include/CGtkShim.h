#pragma once

// The parts of the GTK boundary that need a GType of their own. Nothing here decides anything.

#include <gtk/gtk.h>

G_BEGIN_DECLS

/// A GdkPaintable whose picture is a texture that can be replaced at any time: what video is drawn with. Main thread only.
typedef struct _CGtkShimVideo CGtkShimVideo;

GType CGtkShim_video_get_type(void) G_GNUC_CONST;

/// A paintable without a picture: zero size, draws nothing. Transfer full.
CGtkShimVideo *CGtkShim_video_new(void);

/// Shows `texture`, which is retained, or nothing when it is NULL. `quarter_turns`: clockwise, 0 to 3, applied when
/// drawing. Asks for a new layout only when the size that is seen has changed.
void CGtkShim_video_set_texture(CGtkShimVideo *self, GdkTexture *texture, int quarter_turns);

/// Draws left and right exchanged, as a mirror does.
void CGtkShim_video_set_mirrored(CGtkShimVideo *self, gboolean mirrored);

/// The texture shown now, borrowed; NULL when there is none.
GdkTexture *CGtkShim_video_get_texture(CGtkShimVideo *self);

G_END_DECLS
