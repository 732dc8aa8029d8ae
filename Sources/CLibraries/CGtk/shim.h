#pragma once

#include <adwaita.h>
#include <gtk/gtk.h>

// What Swift's importer cannot take from GTK's headers: variadic functions and macros.

// Accessible properties are variadic, ended by -1.
static inline void CGtk_accessible_label(gpointer widget, const char *label) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}
static inline void CGtk_accessible_description(gpointer widget, const char *description) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
static inline void CGtk_accessible_value_text(gpointer widget, const char *text) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}
static inline void CGtk_accessible_hidden(gpointer widget, gboolean hidden) {
    gtk_accessible_update_state(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
}

// Type macros that read through a pointer.
static inline gboolean CGtk_is_a(gpointer instance, GType type) { return G_TYPE_CHECK_INSTANCE_TYPE(instance, type); }

// G_APPLICATION_DEFAULT_FLAGS and its kin carry availability attributes that the importer leaves out.
static inline GApplicationFlags CGtk_application_default_flags(void) { return (GApplicationFlags)0; }
