/** The links between the parts, led through proxies that can be cut and healed. */
@NullMarked
package dev.mainstay.stack.drill.link;

import org.jspecify.annotations.NullMarked;
