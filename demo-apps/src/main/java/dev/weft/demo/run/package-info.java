/** Starts, watches and ends everything of a demo: control planes, sidecars, services, load. */
@NullMarked
package dev.weft.demo.run;

import org.jspecify.annotations.NullMarked;
