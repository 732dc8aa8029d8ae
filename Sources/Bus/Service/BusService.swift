// The D-Bus service follows with the model.
