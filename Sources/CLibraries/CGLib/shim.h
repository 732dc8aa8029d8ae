#pragma once

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib.h>
#include <libintl.h>
#include <locale.h>

// What Swift's importer cannot take from GLib's headers: macros that cast or shift.

// The fundamental types are macros over a shift.
static inline GType CGLib_type_object(void) { return G_TYPE_OBJECT; }
static inline GType CGLib_type_string(void) { return G_TYPE_STRING; }
static inline GType CGLib_type_boolean(void) { return G_TYPE_BOOLEAN; }
static inline GType CGLib_type_int(void) { return G_TYPE_INT; }
static inline GType CGLib_type_uint(void) { return G_TYPE_UINT; }
static inline GType CGLib_type_int64(void) { return G_TYPE_INT64; }
static inline GType CGLib_type_uint64(void) { return G_TYPE_UINT64; }
static inline GType CGLib_type_long(void) { return G_TYPE_LONG; }
static inline GType CGLib_type_ulong(void) { return G_TYPE_ULONG; }
static inline GType CGLib_type_float(void) { return G_TYPE_FLOAT; }
static inline GType CGLib_type_double(void) { return G_TYPE_DOUBLE; }
static inline GType CGLib_type_enum(void) { return G_TYPE_ENUM; }
static inline GType CGLib_type_flags(void) { return G_TYPE_FLAGS; }
static inline GType CGLib_type_boxed(void) { return G_TYPE_BOXED; }
static inline GType CGLib_type_pointer(void) { return G_TYPE_POINTER; }
static inline GType CGLib_type_variant(void) { return G_TYPE_VARIANT; }
static inline GType CGLib_type_interface(void) { return G_TYPE_INTERFACE; }

// G_TYPE_FROM_INSTANCE reads through the class pointer.
static inline GType CGLib_type_of(gpointer instance) { return G_TYPE_FROM_INSTANCE(instance); }

// The casts are checking macros.
static inline GObject *CGLib_object(gpointer instance) { return G_OBJECT(instance); }
static inline gboolean CGLib_is_object(gpointer instance) { return G_IS_OBJECT(instance); }
