@NullMarked
package dev.mainstay.stack.drill.report;

import org.jspecify.annotations.NullMarked;
