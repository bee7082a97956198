@NullMarked
package dev.mainstay.db.router.web;

import org.jspecify.annotations.NullMarked;
