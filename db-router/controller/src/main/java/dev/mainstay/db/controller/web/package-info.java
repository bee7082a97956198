/** What the controller serves over HTTP: its topology and its health. */
@NullMarked
package dev.mainstay.db.controller.web;

import org.jspecify.annotations.NullMarked;
