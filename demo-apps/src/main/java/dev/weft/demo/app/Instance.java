package dev.weft.demo.app;

/** Which process answers; both go into every answer. */
record Instance(String name, String version) {}
