@NullMarked
package dev.mainstay.db.router.config;

import org.jspecify.annotations.NullMarked;
