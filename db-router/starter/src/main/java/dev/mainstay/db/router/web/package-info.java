/** What the router does at the edge of a servlet application. */
@NullMarked
package dev.mainstay.db.router.web;

import org.jspecify.annotations.NullMarked;
