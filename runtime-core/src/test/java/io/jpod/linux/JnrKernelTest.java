package io.jpod.linux;

class JnrKernelTest extends KernelContract {
    private static final Kernel KERNEL = new JnrKernel();

    @Override
    Kernel kernel() {
        return KERNEL;
    }
}
