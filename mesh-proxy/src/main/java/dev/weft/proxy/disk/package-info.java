/** What survives a restart: files in the data folder, each replaced as a whole. */
@NullMarked
package dev.weft.proxy.disk;

import org.jspecify.annotations.NullMarked;
