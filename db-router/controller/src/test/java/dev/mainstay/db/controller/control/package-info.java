@NullMarked
package dev.mainstay.db.controller.control;

import org.jspecify.annotations.NullMarked;
